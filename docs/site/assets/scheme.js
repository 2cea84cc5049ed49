// Light or dark: as the system says, until somebody chooses. Loaded before anything is drawn.
const chosen = localStorage.getItem("scheme");
if (chosen) document.documentElement.style.colorScheme = chosen;

addEventListener("DOMContentLoaded", () => {
  document.getElementById("scheme").addEventListener("click", () => {
    const { style } = document.documentElement;
    const isDark =
      (style.colorScheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) ===
      "dark";
    style.colorScheme = isDark ? "light" : "dark";
    localStorage.setItem("scheme", style.colorScheme);
  });
});
