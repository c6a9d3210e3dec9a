// Compiles contracts: node compile-contracts.js SOLJSON DIRECTORY FILE…
//
// Of each contract the code that deploys it comes into DIRECTORY, in hexadecimal: `Transfers.bin`.
'use strict';
const fs = require('fs');
const path = require('path');

const [soljson, directory, ...files] = process.argv.slice(2);
const solc = require(path.resolve(soljson));
const compile = solc.cwrap('solidity_compile', 'string', ['string', 'number', 'number']);

const sources = {};
for (const file of files) {
  sources[file] = { content: fs.readFileSync(file, 'utf8') };
}
const told = JSON.parse(compile(JSON.stringify({
  language: 'Solidity',
  sources,
  settings: {
    evmVersion: 'cancun',
    optimizer: { enabled: true },
    outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
  },
}), 0, 0));
for (const { formattedMessage } of told.errors ?? []) {
  process.stderr.write(formattedMessage);
}
// A warning is an error: these are a page of code.
if (told.errors?.length) process.exit(1);
for (const contracts of Object.values(told.contracts)) {
  for (const [name, { evm }] of Object.entries(contracts)) {
    fs.writeFileSync(path.join(directory, `${name}.bin`), evm.bytecode.object);
  }
}
