// The widget is one classic script: it runs as it is loaded, knows its own address, and leaves no name on the page.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    lib: { entry: "src/widget/main.tsx", formats: ["iife"], name: "frontdeskWidget", fileName: () => "widget.js" },
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
