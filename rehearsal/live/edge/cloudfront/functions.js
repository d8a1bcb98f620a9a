// Runs CloudFront Functions (runtime cloudfront-js-2.0): a line of JSON in, a line of JSON out, one after another.
// node --experimental-vm-modules --no-warnings functions.js
'use strict';

const readline = require('node:readline');
const vm = require('node:vm');

const handlers = new Map();
let chosen;

function platform(store) {
  return {
    kvs: () => ({
      get: async (key) => {
        if (!Object.hasOwn(store, key)) throw new Error('KeyNotFound');
        return store[key];
      },
    }),
    selectRequestOriginById: (id) => { chosen = { origins: [id], statusCodes: [] }; },
    createRequestOriginGroup: (group) => {
      chosen = { origins: group.originIds.map((one) => one.originId), statusCodes: group.failoverCriteria.statusCodes };
    },
  };
}

async function handlerOf(code, store) {
  const key = JSON.stringify([code, store]);
  if (!handlers.has(key)) {
    const context = vm.createContext({ console });
    const module = new vm.SourceTextModule(`${code}\nexport { handler };`, { context });
    await module.link((name) => {
      if (name !== 'cloudfront') throw new Error(`CloudFront Functions have no module ${name}`);
      return new vm.SyntheticModule(['default'], function () { this.setExport('default', platform(store)); }, { context });
    });
    await module.evaluate();
    handlers.set(key, module.namespace.handler);
  }
  return handlers.get(key);
}

async function answer(line) {
  const { code, store, event } = JSON.parse(line);
  chosen = null;
  try {
    const handler = await handlerOf(code, store);
    return { result: await handler(event), chosen };
  } catch (error) {
    return { error: String(error) };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
})();
