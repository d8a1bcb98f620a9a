// Prisma's CLI with its schema engine as WebAssembly: what its own engine would do, without a download from outside npm.
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

const url = new URL(process.env.DATABASE_URL);

// The adapter has no word for PostgreSQL's type name, in which the catalog answers the engine; as text it is the same.
const [NAME, TEXT] = [19, 25];
const { addFields } = pg.Result.prototype;
pg.Result.prototype.addFields = function (fields) {
  for (const field of fields) {
    if (field.dataTypeID === NAME) field.dataTypeID = TEXT;
  }
  return addFields.call(this, fields);
};

export default {
  experimental: { adapter: true },
  engine: "js",
  schema: process.env.PRISMA_SCHEMA,
  // An adapter leaves it to its caller what the engine itself takes from the URL.
  adapter: async () => new PrismaPg({ connectionString: url.href }, { schema: url.searchParams.get("schema") ?? "public" }),
};
