// What an Express server knows of a request's client: `server.cjs PORT`, with TRUST_PROXY as its services have it.
const express = require("express");

const app = express();
app.set("trust proxy", process.env.TRUST_PROXY || false);
app.use((request, response) => {
  const { "x-forwarded-for": forwarded, "x-real-ip": real, "cf-connecting-ip": cloudflare } = request.headers;
  response.json({ ip: request.ip, protocol: request.protocol, forwarded, first: real || cloudflare || forwarded });
});
app.listen(Number(process.argv[2]));
