// Ends this program when the npm that started it is gone. npm passes SIGTERM to the shell between us, and that shell
// dies without passing it on; nobody would ever stop us otherwise.

const intervalMs = 500;

/** Watches only when npm started us: a program put into the background on purpose outlives its shell. */
export function endWithParent() {
  if (!process.env["npm_lifecycle_event"]) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, intervalMs);
  timer.unref();
}
