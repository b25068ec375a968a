/** The page's style sheet. Figures are drawn for paper; in dark mode their inks are swapped by attribute. */
import { fontFaceCss, FONT_STACK } from '../fonts.ts';
import { INK, OKABE_ITO } from '../theme.ts';

/** Light ink → dark ink. */
const DARK = {
  [INK.strong]: '#ececec',
  [INK.soft]: '#b9b9b9',
  [INK.line]: '#8c8c8c',
  [INK.grid]: '#3a3f45',
  [INK.paper]: 'transparent',
} as const;

function swaps(): string {
  return Object.entries(DARK)
    .map(([light, dark]) => `.plot svg [fill="${light}"]{fill:${dark}}.plot svg [stroke="${light}"]{stroke:${dark}}`)
    .join('\n  ');
}

const dark = `--paper:#15181c;--card:#1d2126;--ink:#ececec;--soft:#b4b9bf;--line:#3a3f45;--link:#7cc4f2;--right:#6cb8ee;--wrong:#ff9a56;--focus:#f0e442;color-scheme:dark`;

export function pageStyle(): string {
  return `${fontFaceCss()}
:root{--paper:#fff;--card:#f6f6f4;--ink:#1a1a1a;--soft:#555;--line:#d9d9d6;--link:#005a8c;--right:#005a8c;--wrong:#a03f00;--focus:${OKABE_ITO.blue};color-scheme:light}
@media (prefers-color-scheme:dark){
  :root{${dark}}
  ${swaps()}
}
*{box-sizing:border-box}
html{font:400 17px/1.5 ${FONT_STACK};background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}
body{overflow-wrap:anywhere;margin:0 auto;max-width:76rem;padding:1.5rem clamp(1rem,4vw,3rem) 5rem}
h1,h2,h3{line-height:1.2;font-weight:600;text-wrap:balance}
h1{font-size:2rem;margin:.5rem 0 .25rem}
h2{font-size:1.4rem;margin:3rem 0 1rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:0 0 .4rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.lead,.note,figcaption{color:var(--soft);max-width:44rem}
.note,figcaption{font-size:.88rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:1rem 0 0}
.verdicts{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr))}
.verdict{background:var(--card);border-left:.4rem solid var(--line);padding:1.1rem 1.3rem;min-width:0}
.verdict.shortcut{border-color:${OKABE_ITO.vermillion}}
.verdict.biased{border-color:${OKABE_ITO.orange}}
.verdict.clear{border-color:${OKABE_ITO.green}}
.verdict.inconclusive{border-color:${INK.line}}
.verdict .word{font-weight:600;letter-spacing:.02em;margin:0}
.verdict .sentence{font-size:1.25rem;line-height:1.35;margin:.3rem 0 .8rem}
.figures{display:grid;gap:3rem 2.5rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,29rem),1fr));align-items:start}
figure{margin:0;min-width:0}
figure.wide{grid-column:1/-1}
figure:not(.wide){max-width:40rem}
.verdicts+h3{margin-top:2rem}
.plot svg{display:block;width:100%;height:auto;background:transparent!important}
.plot .vega-embed.has-actions{display:block;width:100%;padding-right:0}
.plot .vega-embed .chart-wrapper{width:100%}
.plot .vega-embed summary{opacity:1}
.plot[data-empty]{background:var(--card)}
figcaption{margin:.75rem 0}
.slider{display:flex;align-items:center;gap:.75rem;margin:.5rem 0 0;font-size:.88rem}
.slider input{flex:1;accent-color:var(--link)}
.slider output{min-width:6rem}
.brush{border:1px solid var(--line);margin:.5rem 0 0;padding:.5rem .75rem;min-width:0;font-size:.88rem}
.brush>span{display:inline-flex;align-items:center;gap:.4rem;margin-right:1rem;max-width:100%}
.brush select{max-width:100%;min-width:0;font:inherit;background:var(--card);color:inherit;border:1px solid var(--soft)}
.brush input{accent-color:var(--link);min-width:0}
.tiles.behind{grid-template-columns:repeat(auto-fill,minmax(6rem,1fr));gap:.75rem;margin:0;font-size:.75rem;max-height:26rem;overflow:auto}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link)}
.scroll{overflow:auto;max-height:32rem;border:1px solid var(--line);margin:.5rem 0}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;padding:.5rem .6rem;font-weight:600}
th,td{text-align:left;padding:.3rem .6rem;border-top:1px solid var(--line);vertical-align:top}
th{font-weight:600;white-space:nowrap}
.n{text-align:right;white-space:nowrap}
.tiles{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));list-style:none;padding:0;margin:0 0 1.5rem;font-size:.88rem;line-height:1.35}
.tiles img{display:block;width:100%;height:auto}
.tiles p{margin:.3rem 0 0;overflow-wrap:anywhere}
.right{color:var(--right)}
.wrong{color:var(--wrong);font-weight:600}
dl{display:grid;grid-template-columns:fit-content(30%) 1fr;gap:.25rem 1.25rem;margin:0;font-size:.88rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media print{.skip,nav,.vega-embed summary{display:none}figure{break-inside:avoid}}`;
}
