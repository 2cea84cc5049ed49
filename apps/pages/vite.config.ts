// Bundles the pages into dist/site: names with hashes, nothing loaded from elsewhere, no script or style inside the HTML.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "dist/site",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" in libraries is for servers that render; there is none here.
      onLog: (level, log, handle) => {
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
      },
    },
  },
  logLevel: "warn",
});
