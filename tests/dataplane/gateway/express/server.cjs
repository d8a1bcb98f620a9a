// What an Express server knows of a request's client: `server.cjs PORT`, with TRUST_PROXY as its services have it.
const express = require("express");

const app = express();
app.set("trust proxy", process.env.TRUST_PROXY || false);
app.use((request, response) => {
  response.json({ ip: request.ip, protocol: request.protocol, forwarded: request.headers["x-forwarded-for"] });
});
app.listen(Number(process.argv[2]));
