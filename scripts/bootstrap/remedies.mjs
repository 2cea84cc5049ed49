// From the output of a failed install to one line that says what to do. Unknown failures keep their own words.

/** @type {readonly { when: RegExp, remedy: string }[]} the first match counts */
const remedies = [
  {
    when: /ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_LOCKFILE_CONFIG_MISMATCH|lockfile is not up to date/i,
    remedy:
      "pnpm-lock.yaml does not fit the package.json files. After editing dependencies run `npx pnpm install` " +
      "and commit the lock file.",
  },
  {
    when: /ENOSPC/,
    remedy: "The disk is full: about 400 MB are needed in the clone and in the user's package cache.",
  },
  {
    when: /EACCES|EROFS|EPERM/,
    remedy:
      "A folder cannot be written. The clone and the user's package caches must belong to the user who runs this " +
      "(clones made with sudo often do not).",
  },
  {
    when: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|network/i,
    remedy:
      "The package registry could not be reached. Check the network, HTTPS_PROXY, and `npm config get registry`, " +
      "then run the same command again; what has been downloaded is kept.",
  },
  {
    when: /ERR_PNPM_TARBALL_INTEGRITY|EINTEGRITY/,
    remedy:
      "A downloaded package is damaged. Run `npm cache clean --force` and `npx pnpm store prune`, then try again.",
  },
];

/**
 * @param {string} output of the failed program
 * @returns {string | undefined}
 */
export function remedyFor(output) {
  return remedies.find(({ when }) => when.test(output))?.remedy;
}
