// What a shell like the application's does on a page, with what came of it.
const site = location.host;
const { bucket, declared } = document.body.dataset;
const done = {};

async function attempt(name, action) {
  try {
    done[name] = await action();
  } catch (error) {
    done[name] = `failed: ${error.message}`;
  }
}

function loaded(element, parent) {
  return new Promise((resolve, reject) => {
    element.onload = () => resolve("loaded");
    element.onerror = () => reject(new Error("not loaded"));
    parent.append(element);
  });
}

async function bundle() {
  const script = document.createElement("script");
  script.src = "/bundles/hello/1.0.0/hello.js";
  script.crossOrigin = "anonymous";
  await loaded(script, document.head);
  return window.Hello.mount(document.getElementById("plugin"));
}

function frame() {
  const element = document.createElement("iframe");
  element.src = "https://lvpr.tv/?v=abc";
  return loaded(element, document.body);
}

function socket() {
  return new Promise((resolve, reject) => {
    const opened = new WebSocket(`wss://${site}/ws`);
    opened.onopen = () => resolve("open");
    opened.onerror = () => reject(new Error("not open"));
  });
}

function worker() {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob(["postMessage('worked')"]));
    const made = new Worker(url);
    made.onmessage = (event) => resolve(event.data);
    made.onerror = () => reject(new Error("no worker"));
  });
}

async function font() {
  const [face] = await document.fonts.load("16px Inter");
  return face ? face.status : "no face";
}

async function run() {
  await attempt("inline", async () => document.documentElement.dataset.inline || "stopped");
  await attempt("flight", async () => (window.flight || ["stopped"])[0]);
  await attempt("style", async () => getComputedStyle(document.body).backgroundColor);
  await attempt("bundle", bundle);
  await attempt("fetch", async () => (await fetch("/api/v1/auth/me")).status);
  await attempt("upload", async () => (await fetch(`https://${bucket}/plugin/a.txt`, { method: "PUT", body: "a" })).status);
  await attempt("declared", async () => (await fetch(`https://${declared}/v1`)).status);
  await attempt("foreign", async () => (await fetch("https://foreign.example/steal")).status);
  await attempt("socket", socket);
  await attempt("worker", worker);
  await attempt("frame", frame);
  await attempt("font", font);
  for (const feature of ["camera", "microphone", "display-capture", "geolocation"]) {
    done[feature] = document.featurePolicy.allowsFeature(feature);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  await fetch("/api/v1/told", { method: "POST", body: JSON.stringify({ done, refused: window.refused }) });
}

run();
