// Lighthouse's four scores of pages, on a phone and a desktop, each the median of three: node lighthouse.mjs ADDRESS...
// Fails if one is below 95.
import * as chromeLauncher from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const LEAST = 95;
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function scores(address, port, config) {
  const runs = [];
  for (let run = 0; run < 3; run += 1) {
    const options = { port, logLevel: "error", throttlingMethod: "simulate" };
    runs.push((await lighthouse(address, options, config)).lhr.categories);
  }
  return CATEGORIES.map((name) => runs.map((run) => Math.round(run[name].score * 100)).sort((a, b) => a - b)[1]);
}

const chrome = await chromeLauncher.launch({ chromeFlags: FLAGS });
let isGood = true;
for (const [device, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
  for (const address of process.argv.slice(2)) {
    const numbers = await scores(address, chrome.port, config);
    isGood &&= numbers.every((number) => number >= LEAST);
    console.log(`  ${device.padEnd(8)} ${numbers.map((number) => String(number).padStart(4)).join("")}  ${new URL(address).pathname}`);
  }
}
await chrome.kill();
process.exitCode = isGood ? 0 : 1;
