/** Generated from package.json by scripts/generate-version.mjs: the version all packages have. */
export const version = "0.1.0";
