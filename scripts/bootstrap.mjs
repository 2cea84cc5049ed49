// The one door behind `npm start`, `npm test` and the other root scripts: checks the Node version, then hands over to
// scripts/bootstrap/. It uses only syntax that old Node versions can parse, so that they reach the clear message.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isSupported = major > 20 || (major === 20 && minor >= 19);

if (isSupported) {
  void import("./bootstrap/main.mjs").then(({ main }) => main(process.argv.slice(2)));
} else {
  console.error(
    `Runfleet needs Node 20.19 or newer; this is ${process.versions.node}. ` +
      "Install a newer one (nodejs.org, nvm, fnm or your package manager), or try: npx -y -p node@22 npm start",
  );
  process.exitCode = 1;
}
