// What `cdk8s synth` runs: a chart for each plugin, with the objects of ./objects.json; written into ./dist.
const { readFileSync } = require("node:fs");
const { ApiObject, App, Chart } = require("cdk8s");

const app = new App();
for (const [name, objects] of Object.entries(JSON.parse(readFileSync("objects.json")))) {
  const chart = new Chart(app, name);
  objects.forEach((object, number) => new ApiObject(chart, `${object.kind}-${number}`, object));
}
app.synth();
