/** failed_files.cjs: mocha's usual report, and the files of tests that failed, one a line, in the file that FAILED_FILES names. Layer: tests. */
const fs = require('node:fs');
const { reporters } = require('mocha');

module.exports = class FailedFiles extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failed = new Set();
    runner.on('fail', ({ file, parent }) => failed.add(file ?? parent?.file ?? '?'));
    runner.once('end', () => fs.writeFileSync(process.env.FAILED_FILES, [...failed].map((file) => `${file}\n`).join('')));
  }
};
