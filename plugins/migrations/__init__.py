"""Migrations of an application whose one Prisma schema describes several schemas of the database."""
