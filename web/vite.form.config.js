// The widget's forms: a module of its own, fetched by the widget when the first form is asked (src/widget/form.ts).
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: false,
    sourcemap: false,
    lib: { entry: "src/widget/form.ts", formats: ["es"], fileName: () => "widget-form.js" },
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
