/**
 * The gallery's style sheet: as many pairs on the screen as can be read. No style stands on an element, so that the
 * policy allows this sheet alone.
 */
import { fontFaceCss, FONT_STACK } from '../fonts.ts';
import { OKABE_ITO } from '../theme.ts';

const dark =
  '--paper:#15181c;--card:#1d2126;--ink:#ececec;--soft:#b4b9bf;--line:#3a3f45;--on:#7cc4f2;--onink:#10202c;--right:#6cb8ee;--wrong:#ff9a56;--focus:#f0e442;--mark:#4a3d00;color-scheme:dark';

export function galleryStyle(): string {
  return `${fontFaceCss()}
:root{--paper:#fff;--card:#f6f6f4;--ink:#1a1a1a;--soft:#555;--line:#c9c9c6;--on:#005a8c;--onink:#fff;--right:#005a8c;--wrong:#a03f00;--focus:${OKABE_ITO.blue};--mark:#ffe9a8;color-scheme:light}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{font:400 15px/1.4 ${FONT_STACK};background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;padding:1rem clamp(.6rem,2vw,1.5rem) 4rem;overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:0 0 .2rem;line-height:1.2}
p{margin:.3rem 0}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.lead,.small,.id{color:var(--soft)}
.small,.id{font-size:.8rem}
.bar{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;align-items:center;margin:.6rem 0 1rem}
.group{display:flex;flex-wrap:wrap;gap:.3rem;align-items:center;border:0;margin:0;padding:0;min-width:0}
.group legend{float:left;padding:0;margin-right:.4rem;color:var(--soft)}
button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:.15rem .7rem;min-height:1.75rem;cursor:pointer}
button[aria-pressed=true]{background:var(--on);color:var(--onink);border-color:var(--on)}
button[aria-pressed=true] .small{color:inherit}
kbd{font:.75rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin-right:.3rem}
.keys kbd{margin:0 .1rem}
#status{font-weight:600;min-width:8.5rem}
#flagged pre{max-height:8rem;overflow:auto;background:var(--card);padding:.5rem;user-select:all;white-space:pre-wrap}
.cards{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,25rem),1fr));list-style:none;margin:0;padding:0}
.cards.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,36rem),1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:.4rem;padding:.5rem .6rem .6rem;min-width:0;content-visibility:auto;contain-intrinsic-size:auto 22rem}
.card.flag{border-color:var(--wrong);box-shadow:inset .3rem 0 var(--wrong)}
.head{margin:0 0 .4rem;line-height:1.5}
.badge{border:1px solid var(--line);border-radius:.3rem;padding:0 .35rem;font-size:.8rem;white-space:nowrap}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:.7rem}
.side{min-width:0}
.pictures{display:grid;gap:2px}
.several{grid-template-columns:1fr 1fr}
.strip{grid-template-columns:repeat(auto-fill,minmax(4rem,1fr))}
.picture{position:relative;display:block}
.picture img{display:block;width:100%;height:auto;background:var(--line)}
.picture svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible;pointer-events:none}
.bare .picture svg{display:none}
.question{white-space:pre-wrap}
.text{font:.85rem/1.35 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
mark{background:var(--mark);color:inherit;border-radius:2px}
.options{display:flex;flex-wrap:wrap;gap:.1rem .8rem;list-style:none;margin:.2rem 0;padding:0;color:var(--soft)}
.options .true{color:var(--right);font-weight:600}
.said{margin:.1rem 0;font-size:.9rem}
.right{color:var(--right)}
.wrong{color:var(--wrong);font-weight:600}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:30rem){html{font-size:14px}.sides{gap:.45rem}.card{padding:.4rem}}`;
}
