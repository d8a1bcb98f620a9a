// Prisma's CLI with its schema engine as WebAssembly: what its own engine would do, without a download from outside npm.
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

const url = new URL(process.env.DATABASE_URL);

// The adapter has no words for types in which the catalog answers the engine ("char", name, and lists of them); as text
// they are the same.
const OF_THE_CATALOG = new Map([[18, 25], [19, 25], [1002, 1009], [1003, 1009]]);
const { addFields } = pg.Result.prototype;
pg.Result.prototype.addFields = function (fields) {
  for (const field of fields) {
    field.dataTypeID = OF_THE_CATALOG.get(field.dataTypeID) ?? field.dataTypeID;
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
