// The agents' side: one page at /desk/, in pieces that are loaded when a screen needs them.
import { defineConfig } from "vite";

export default defineConfig({
  root: "src/desk",
  base: "/desk/",
  build: {
    target: "es2022",
    outDir: "../../dist/desk",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's policy allows files of ours, and nothing inline
    modulePreload: { polyfill: false },
    cssTarget: ["chrome123", "firefox128", "safari17.5"], // light-dark() and logical properties as they are
    reportCompressedSize: false,
    // "use client" says something to servers that render; there is none here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  resolve: {
    // The component set is written for React; its whole runtime here is Preact's.
    alias: [
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
      { find: /^react$/, replacement: new URL("build/react.js", import.meta.url).pathname },
      { find: /^react-dom$/, replacement: "preact/compat" },
    ],
    dedupe: ["preact"],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  logLevel: "warn",
});
