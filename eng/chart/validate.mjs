// Holds manifests against the JSON schemas of the Kubernetes API (package kubernetes-models):
//   node validate.mjs <file> …
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

let manifests = 0;
let wrong = 0;
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8').replace(/# Source: NOTES\.txt[\s\S]*?(?=# Source: )/, '');
  for (const manifest of loadAll(text).filter(Boolean)) {
    manifests++;
    const { apiVersion, kind, metadata } = manifest;
    try {
      const module = await import(`kubernetes-models/${apiVersion}/${kind}`);
      new module[kind](manifest).validate();
    } catch (error) {
      wrong++;
      console.error(`${file}: ${kind}/${metadata?.name}: ${error.message}`);
    }
  }
}

console.log(`${manifests} manifests, ${wrong} wrong`);
process.exit(wrong === 0 && manifests > 0 ? 0 : 1);
