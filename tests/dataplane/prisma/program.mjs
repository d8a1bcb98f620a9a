// A service's work on its database: the program on standard input, with `prisma`, says what it returns.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { PrismaPg } from "@prisma/adapter-pg";

const { PrismaClient } = createRequire(import.meta.url)(process.argv[2]);
const url = new URL(process.env.DATABASE_URL);
const schema = url.searchParams.get("schema") ?? "public";
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url.href }, { schema }) });
const work = new Function("prisma", `return (async () => { ${readFileSync(0, "utf8")} })()`);
try {
  console.log(JSON.stringify(await work(prisma), (_, value) => (typeof value === "bigint" ? Number(value) : value)));
} finally {
  await prisma.$disconnect();
}
