// What stands beside the widget in dist: its texts, the pages, the API's documentation; each also compressed.
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

const dist = "dist";
const swagger = "node_modules/swagger-ui-dist";

cpSync("src/site", dist, { recursive: true });
mkdirSync(join(dist, "widget-texts"), { recursive: true });
for (const name of readdirSync("src/locales")) {
  const texts = JSON.parse(readFileSync(join("src/locales", name), "utf8"));
  writeFileSync(join(dist, "widget-texts", name), JSON.stringify(texts));
}
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "LICENSE", "NOTICE"]) {
  copyFileSync(join(swagger, name), join(dist, "docs", name));
}
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && /\.(js|css|html|json)$/.test(entry.name) && statSync(file).size > 1000) {
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: constants.Z_BEST_COMPRESSION }));
  }
}
