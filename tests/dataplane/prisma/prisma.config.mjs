// Prisma's CLI with its schema engine as WebAssembly: what its own engine would do, without a download from outside npm.
import { PrismaPg } from "@prisma/adapter-pg";

const url = new URL(process.env.DATABASE_URL);

export default {
  experimental: { adapter: true },
  engine: "js",
  schema: process.env.PRISMA_SCHEMA,
  // An adapter leaves it to its caller what the engine itself takes from the URL.
  adapter: async () => new PrismaPg({ connectionString: url.href }, { schema: url.searchParams.get("schema") ?? "public" }),
};
