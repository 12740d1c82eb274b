#pragma once

namespace radforge {

/// The looks of a page: light and dark, narrow and wide, on a screen and on paper.
constexpr const char* page_style = R"css(
:root { color-scheme: light dark; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --back: #ffffff; --soft: #f6f8fa; --link: #0550ae; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e6e6; --faint: #a0a8b0; --line: #3d444d; --back: #14171a; --soft: #1f2428; --link: #79b8ff; }
}
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); margin: 0 auto; padding: 0 1rem 3rem; max-width: 1200px; }
h1 { font-size: 1.6rem; margin: 1.2rem 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-top: .6rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; overflow-wrap: anywhere; }
p { max-width: 75ch; margin: .4rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid #d55e00; outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: .5rem; background: var(--back); padding: .3rem .6rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; margin: .6rem 0; }
.wide { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
caption a { font-weight: 400; margin-left: .6rem; }
th, td { border-top: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--soft); vertical-align: bottom; }
tbody th { font-weight: 500; white-space: nowrap; }
td { max-width: 32rem; }
td.w { min-width: 22rem; }
td.n { text-align: right; white-space: nowrap; }
td.h { background: rgb(213 94 0 / calc(var(--s) * 60%)); text-align: right; white-space: nowrap; }
figure { margin: .6rem 0; }
figure.plot { display: inline-block; vertical-align: top; width: min(100%, 560px); margin-right: 1rem; }
figure.plot img, figure.picture img { width: 100%; height: auto; background: #fff; }
figure.picture { max-width: 1000px; }
figure.small { display: inline-block; margin: 2px; width: 132px; vertical-align: top; }
figure.small img { width: 128px; image-rendering: pixelated; }
figcaption { font-size: .82rem; color: var(--faint); overflow-wrap: anywhere; }
figure.small figcaption { font-size: 11px; line-height: 1.3; }
summary { cursor: pointer; color: var(--link); font-size: .86rem; }
details { margin: .3rem 0; }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; font-size: .8rem; line-height: 1.35; }
@media (min-width: 700px) { caption { white-space: nowrap; } }
@media print {
  :root { --text: #000; --faint: #444; --line: #bbb; --back: #fff; --soft: #f4f4f4; --link: #000; }
  body { max-width: none; font-size: 10pt; }
  nav, .skip, caption a { display: none; }
  figure, tr { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .wide { overflow: visible; }
}
)css";

} // namespace radforge
