// `npm run docs`: the reference of the SDK, then the site.
import { buildSite } from "./build-site.mjs";
import { writeSdkReference } from "./write-sdk-reference.mjs";

const output = ".cache/site";

await writeSdkReference();
await buildSite({ output, withSdk: true });
process.stdout.write(`The documentation is in ${output}/index.html\n`);
