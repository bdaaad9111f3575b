// Reads mails as postal-mime does, each in base64 on a line, and writes what it found as JSON.
// Its argument is the package.json beside whose node_modules it lies.

const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");

const found = createRequire(process.argv[2])("postal-mime");
const PostalMime = found.default || found;

async function main() {
  const mails = readFileSync(0, "ascii").trim().split("\n");
  const read = mails.map((one) =>
    PostalMime.parse(Buffer.from(one, "base64"), { attachmentEncoding: "utf8" }),
  );
  process.stdout.write(JSON.stringify(await Promise.all(read)));
}

main();
