/** Quiet and dense; colours of a light and a dark room, of which paper takes the light ones. It is written into the page as it stands here. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fff, #15181c);
  --ink: light-dark(#1b1f24, #dfe3e8);
  --faint-ink: light-dark(#59626c, #9aa4af);
  --line: light-dark(#dde1e6, #2c3238);
  --shade: light-dark(#f4f6f8, #1d2126);
  --focus: light-dark(#0b5fc7, #79b4ff);
  --changed: light-dark(#1f5fa8, #2f6db8);
  --new: light-dark(#0e766b, #12796e);
  --layer: light-dark(#7a5195, #8a60a6);
  --reused: light-dark(#e3e7ec, #2b3138);
  --maven: light-dark(#c9dcf2, #234468);
  --npm: light-dark(#efe3c8, #534527);
  --pypi: light-dark(#d3e6cf, #2d4d2a);
  --other: light-dark(#e3e7ec, #2b3138);
}
[data-colours=light] { color-scheme: light; }
[data-colours=dark] { color-scheme: dark; }
*, ::before { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 1360px;
  padding: 20px 24px 48px;
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.45 system-ui, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1::first-letter { text-transform: uppercase; }
h1 { margin: 0; font-size: 23px; font-weight: 650; line-height: 1.25; text-wrap: balance; }
h2 { margin: 0; font-size: 15px; font-weight: 650; }
p { margin: 4px 0 0; }
code { font: 0.92em/1.4 ui-monospace, monospace; unicode-bidi: isolate; overflow-wrap: anywhere; }
.top { display: flex; gap: 12px; align-items: baseline; justify-content: space-between; margin-bottom: 2px; }
.names, .remark, .search span, header p { color: var(--faint-ink); }
.names { margin: 0; min-width: 0; }
button, input { font: inherit; color: inherit; }
#colours { padding: 2px 10px; background: none; border: 1px solid var(--line); border-radius: 5px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.skip, .unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { z-index: 2; width: auto; height: auto; padding: 6px 12px; clip-path: none; background: var(--paper); color: var(--ink); }

.treemaps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 20px 24px; margin: 20px 0 28px; }
.treemaps:empty { display: none; }
figure { margin: 0; min-width: 0; position: relative; }
figcaption { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; justify-content: space-between; margin-bottom: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 0 14px; margin: 0; padding: 0; list-style: none; color: var(--faint-ink); font-size: 13px; }
.legend li::before, tbody th[class]::before { content: ''; display: inline-block; width: 10px; height: 10px; margin-right: 7px; border-radius: 2px; background: var(--tone); }
.removed::before { border: 1px solid var(--faint-ink); }
.removed { --tone: none; }
.changed { --tone: var(--changed); --on: #fff; }
.new { --tone: var(--new); --on: #fff; }
.layer { --tone: var(--layer); --on: #fff; }
.reused { --tone: var(--reused); }
.maven { --tone: var(--maven); }
.npm { --tone: var(--npm); }
.pypi { --tone: var(--pypi); }
.other { --tone: var(--other); }
.treemap { display: block; width: 100%; height: 360px; }
.treemap rect { fill: var(--tone); stroke: var(--paper); stroke-width: 1px; }
.treemap [data-row] { cursor: pointer; }
.treemap g:hover rect { stroke: var(--ink); stroke-width: 2px; }
foreignObject { pointer-events: none; }
.treemap div { width: 100%; height: 100%; padding: 2px 5px; overflow: hidden; container-type: size; color: var(--on, var(--ink)); font-size: 12px; line-height: 14px; }
.treemap span, .treemap small { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: inherit; }
@container (max-width: 34px) { .treemap span { display: none; } }
@container (max-width: 62px) { .treemap small { display: none; } }
@container (max-height: 12px) { .treemap span { display: none; } }
@container (max-height: 26px) { .treemap small { display: none; } }

.listing, section { margin-top: 28px; }
#listings:focus { outline: none; }
details > summary { cursor: pointer; }
summary h2 { display: inline; }
.search { display: flex; align-items: baseline; gap: 10px; margin: 6px 0; }
.search[hidden] { display: none; }
.search input { width: 260px; max-width: 60vw; margin-left: 4px; padding: 3px 8px; background: var(--paper); border: 1px solid var(--faint-ink); border-radius: 5px; }
table { width: 100%; border-spacing: 0; border-bottom: 1px solid var(--line); font-size: 13px; }
thead .dotted, tbody th[class] { padding-left: 17px; }
tbody th[class] { text-indent: -17px; }
th, td { padding: 4px 14px 4px 0; text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { position: sticky; top: 0; z-index: 1; padding-block: 6px; background: var(--paper); border-bottom: 1px solid var(--faint-ink); color: var(--faint-ink); font-size: 11px; font-weight: 600; letter-spacing: 0.03em; white-space: nowrap; }
thead button { padding: 0; border: 0; background: none; letter-spacing: inherit; cursor: pointer; }
thead button::after { content: '↕'; margin-left: 4px; opacity: 0.35; }
[aria-sort] button { color: var(--ink); }
[aria-sort] button::after { content: '↑'; opacity: 1; }
[aria-sort=descending] button::after { content: '↓'; }
.number { text-align: right; }
tbody tr:first-child > * { border-top: 1px solid var(--line); }
thead + tbody tr:first-child > * { border-top: 0; }
tbody:hover, tbody:focus { background: var(--shade); }
tbody th { min-width: 160px; font-weight: 500; overflow-wrap: break-word; }
td { white-space: nowrap; }
td.long, td:last-child:not(.number) { white-space: normal; overflow-wrap: anywhere; min-width: 150px; }
button.counts { padding: 0; border: 0; background: none; text-align: left; cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px; }
button.counts::after { content: ' ▸'; }
button.counts[aria-expanded=true]::after { content: ' ▾'; }
.inside td { padding: 0 0 5px 17px; color: var(--faint-ink); }
.inside ul { margin: 0 0 4px; padding: 0; list-style: none; columns: 2 420px; column-gap: 28px; }
.inside li { break-inside: avoid; }
.note { margin-top: 8px; }
.note ul { margin: 4px 0; padding-left: 18px; columns: 3 300px; column-gap: 28px; overflow-wrap: anywhere; font-size: 13px; }
@media (max-width: 900px) { .wide { overflow-x: auto; } thead th { position: static; } }
@media (max-width: 600px) {
  body { padding: 14px 14px 32px; }
  h1 { font-size: 19px; }
  .treemap { height: 300px; }
  .inside ul { position: sticky; left: 17px; max-width: calc(100vw - 46px); }
  td:last-child:not(.number) { min-width: 240px; }
  tbody th:first-child, thead th:first-child { position: sticky; left: 0; background: var(--paper); min-width: 130px; max-width: 45vw; }
}
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  h1 { font-size: 16pt; }
  table { font-size: 8pt; }
  thead th { position: static; font-size: 7pt; }
  thead button { display: contents; }
  thead button::after { display: none; }
  .skip, .search, #colours { display: none !important; }
  .treemap { height: 200px; }
  .treemap, .legend, tbody th { print-color-adjust: exact; }
  button.counts { text-decoration: none; }
  button.counts::after { display: none; }
  tr, figure { break-inside: avoid; }
}
`;
