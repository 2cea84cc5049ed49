// `npm run chart`: writes what the chart renders to, which is committed. Without helm it is built once, with Go, into .cache.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { builtHelm, checksumFile, checksumOfSources, findHelm, render, renderings } from "./render-chart.mjs";

const helmModule = "helm.sh/helm/v3/cmd/helm@v3.19.0";

const onlyHelm = process.argv.includes("--only-helm");
const helm = findHelm() ?? buildHelm();
if (helm === undefined) {
  process.stdout.write("chart: helm is not installed, and could not be built with Go\n");
  process.exitCode = onlyHelm ? 0 : 1;
} else if (!onlyHelm) {
  for (const rendering of renderings) {
    mkdirSync(dirname(rendering.file), { recursive: true });
    writeFileSync(rendering.file, render(helm, rendering));
  }
  writeFileSync(checksumFile, `${checksumOfSources()}\n`);
  process.stdout.write(`chart: ${renderings.length} files are written\n`);
}

function buildHelm() {
  process.stdout.write("chart: building helm with Go, once; some minutes\n");
  const { status } = spawnSync("go", ["install", helmModule], {
    env: { ...process.env, GOBIN: dirname(builtHelm) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0 ? builtHelm : undefined;
}
