// Looks at a page as readers do: three widths, two themes, keyboard, downloads, paper.
//
// node audit.mjs BROWSER PAGE [FOLDER]
//
// Prints what it found as JSON, and each fault as a line on stderr; with a fault it ends with 1.
// With a folder, it leaves pictures of the page there.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [browserPath, pagePath, folder] = process.argv.slice(2);
const url = pathToFileURL(pagePath).href;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = [
  { name: "desktop", viewport: { width: 1360, height: 900 } },
  { name: "phone", viewport: { width: 390, height: 844 } },
];
// A window of 1280 pixels in which everything is shown four times as large.
const ENLARGED = { name: "enlarged", viewport: { width: 320, height: 640 } };
const THEMES = ["light", "dark"];
const IMPACTS = ["serious", "critical"];

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });

// Opens the page; gathers what it says on the console and asks of the network.
async function open(options) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url && !/^(blob|data):/.test(request.url())) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(url);
  await drawn(page);
  return { context, page, complaints };
}

// A chart is done when the library has put its axes or its pie there.
async function drawn(page) {
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".plot")].every((plot) => plot.querySelector(".main-svg")),
  );
}

async function look(view, theme) {
  const { context, page, complaints } = await open({
    viewport: view.viewport,
    colorScheme: theme,
  });
  const sizes = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    window: innerWidth,
    charts: document.querySelectorAll(".plot").length,
    drawn: document.querySelectorAll(".plot.js-plotly-plot").length,
    // One that is folded away has no box.
    tooWide: [...document.querySelectorAll(".plot .main-svg")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && box.right > innerWidth + 1;
    }).length,
  }));
  const spilt = await page.evaluate(
    () =>
      [...document.querySelectorAll(".tile, .tile dt, .tile dd, .tile small")].filter(
        (one) => one.scrollWidth > one.clientWidth + 1,
      ).length,
  );
  if (folder) {
    await page.screenshot({ path: `${folder}/${view.name}-${theme}.png` });
  }
  await context.close();
  return { view: view.name, theme, complaints, ...sizes, spilt, violations: await barriers(view, theme) };
}

// Barriers that axe finds with everything unfolded. Its script comes from outside the page, which
// the policy of the page forbids; so this reading leaves the policy out.
async function barriers(view, theme) {
  const { context, page } = await open({
    viewport: view.viewport,
    colorScheme: theme,
    bypassCSP: true,
  });
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) {
      fold.open = true;
    }
  });
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  await context.close();
  return found.violations
    .filter((one) => IMPACTS.includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 200)}`);
}

async function use() {
  const { context, page, complaints } = await open({
    viewport: VIEWS[0].viewport,
    colorScheme: "light",
    acceptDownloads: true,
  });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const ink = () =>
    page.evaluate(() => document.querySelector(".plot")?.layout?.font?.color ?? "no chart");
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
  const isOpen = () => page.locator(".menu").evaluate((menu) => menu.open);

  await page.keyboard.press("Tab");
  const firstStop = await focused();
  await page.keyboard.press("Enter");
  const skippedTo = await page.evaluate(() => location.hash);
  const heardNext = await page.evaluate(() => document.activeElement.id);

  const before = { paper: await paper(), ink: await ink() };
  await page.getByRole("button", { name: "Dark theme" }).click();
  const after = { paper: await paper(), ink: await ink() };
  const offers = await page.locator("#theme").textContent();

  await page.getByText("Download", { exact: true }).focus();
  await page.keyboard.press("Enter");
  const opened = await isOpen();
  await page.keyboard.press("Escape");
  const closed = !(await isOpen());
  await page.keyboard.press("Enter");
  const stops = await page.locator(".menu button").count();
  for (let stop = 0; stop <= stops; stop += 1) {
    await page.keyboard.press("Tab");
  }
  const left = !(await isOpen());
  const files = {};
  for (const button of await page.locator(".menu button").all()) {
    await page.locator(".menu > summary").click();
    const waiting = page.waitForEvent("download");
    await button.click();
    const file = await waiting;
    files[file.suggestedFilename()] = await readFile(await file.path(), "utf8");
  }
  const afterDownload = await focused();

  await page.locator("nav a").last().click();
  const current = await page.locator("nav a[aria-current]").allTextContents();
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    return {
      paper: getComputedStyle(document.body).backgroundColor,
      navigation: getComputedStyle(document.querySelector("nav")).display,
      folded: document.querySelectorAll("details.printed:not([open])").length,
    };
  });
  await context.close();
  return {
    complaints,
    firstStop,
    skippedTo,
    heardNext,
    before,
    after,
    offers,
    menu: { opened, closed, left },
    afterDownload,
    files,
    current,
    printed,
  };
}

// What nobody should find on a page, in words.
function faults(looks, used) {
  const found = looks.flatMap((one) => {
    const where = `${one.view}, ${one.theme}`;
    return [
      ...one.complaints.map((text) => `${where}: ${text}`),
      ...one.violations.map((text) => `${where}: ${text}`),
      ...(one.drawn < one.charts ? [`${where}: ${one.charts - one.drawn} charts not drawn`] : []),
      ...(one.wide > one.window ? [`${where}: the page is ${one.wide} px wide`] : []),
      ...(one.spilt ? [`${where}: ${one.spilt} texts reach beyond their cards`] : []),
      ...(one.tooWide ? [`${where}: ${one.tooWide} charts reach beyond the window`] : []),
    ];
  });
  found.push(...used.complaints.map((text) => `in use: ${text}`));
  if (used.skippedTo !== "#answer" || used.heardNext !== "answer") {
    found.push("the first stop of the tab key does not lead to the answer");
  }
  if (!Object.values(used.menu).every(Boolean)) {
    found.push("the menu of downloads does not open and close by keyboard");
  }
  if (used.printed.folded) {
    found.push(`${used.printed.folded} folds that must be read stay folded on paper`);
  }
  return found;
}

const looks = [];
for (const view of VIEWS) {
  for (const theme of THEMES) {
    looks.push(await look(view, theme));
  }
}
looks.push(await look(ENLARGED, "light"));
const used = await use();
await browser.close();
process.stdout.write(JSON.stringify({ looks, used }));
const told = faults(looks, used);
console.error(told.length ? told.join("\n") : `No fault found in ${pagePath}.`);
process.exitCode = told.length ? 1 : 0;
