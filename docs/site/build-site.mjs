// Builds the site. Throws when a link leads nowhere.
import { Eleventy } from "@11ty/eleventy";
import { sdkFolder } from "./pages.mjs";

/**
 * In the root of the repository.
 * @param {{ output: string, withSdk: boolean }} options `withSdk`: with the reference that was written before
 */
export async function buildSite({ output, withSdk }) {
  const eleventy = new Eleventy(".", output, {
    configPath: "docs/site/eleventy.config.mjs",
    quietMode: true,
    config(config) {
      if (!withSdk) config.ignores.add(`${sdkFolder}/**`);
    },
  });
  await eleventy.write();
}
