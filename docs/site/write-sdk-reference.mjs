// The reference of the SDK, written by TypeDoc from the packages that programs import: a page for each, for the site alone.
import { rmSync } from "node:fs";
import { Application } from "typedoc";
import { sdkFolder } from "./pages.mjs";

const packages = ["client", "worker", "testing"];

/** In the root of the repository, which must be built: declarations of the other packages are read from what was built. */
export async function writeSdkReference() {
  rmSync(sdkFolder, { recursive: true, force: true });
  const application = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: packages.map((name) => `packages/${name}/src/index.ts`),
    tsconfig: "docs/site/tsconfig.sdk.json",
    readme: "none",
    disableSources: true,
    excludeExternals: true,
    skipErrorChecking: true,
    logLevel: "Warn",
    ...{ name: "The SDK", out: sdkFolder, router: "module", hideBreadcrumbs: true, hidePageHeader: true },
    ...{ useCodeBlocks: true, expandObjects: false, expandParameters: true, parametersFormat: "table" },
    ...{ classPropertiesFormat: "table", interfacePropertiesFormat: "table" },
    ...{ typeAliasPropertiesFormat: "table", typeDeclarationFormat: "table" },
  });
  const project = await application.convert();
  if (project === undefined) throw new Error("TypeDoc could not read the packages");
  // They are called by their folders; people import them by their names.
  for (const child of project.children ?? []) child.name = `@runfleet/${child.name.split("/")[0]}`;
  await application.generateOutputs(project);
}
