/**
 * style.js: the look. Layer: ui.
 *
 * The element's own rules are !important, which in a shadow tree wins over any rule of the page, its !important ones too; all
 * else stands inside, where no rule of the page reaches. Colours follow the page's color-scheme unless the agent chose.
 * Sides are named by start and end or by flex, so that a page written from right to left is mirrored.
 */
import { PANES } from './style_panes.js';

/** Name: light, dark. Text on its ground has at least 4.5:1, borders of controls and dots 3:1 (WCAG 1.4.3, 1.4.11). */
const COLOURS = {
  face: ['#ffffff', '#1c2129'], sunken: ['#f2f4f7', '#272e38'], raised: ['#ffffff', '#252c36'], line: ['#dfe3e9', '#39424f'], edge: ['#848d9a', '#7d8896'],
  ink: ['#171c23', '#eef1f5'], soft: ['#566070', '#a8b3c1'], accent: ['#1a5fd0', '#7fb0ff'], onaccent: ['#ffffff', '#0c1523'], tint: ['#e8f0fd', '#22324d'],
  go: ['#13773f', '#1a8048'], goink: ['#13773f', '#45c47f'], stop: ['#c22a2e', '#cf3a3f'], bad: ['#b3262a', '#ff9a95'], warn: ['#7a4a00', '#ffd489'], warnface: ['#fff4dc', '#3a2f18'],
  held: ['#8a5a00', '#f0b84a'], free: ['#1c9a55', '#34b870'], busy: ['#d13438', '#f0696c'], away: ['#c98500', '#e5a93a'], work: ['#6a55d6', '#9d8cff'], shade: ['#0f172a24', '#0009'],
};

const tokens = (/** @type {(light: string, dark: string) => string} */ choose) =>
  Object.entries(COLOURS).map(([name, [light, dark]]) => `--${name}:${choose(light, dark)};`).join('');

const FRAME = `
:host{all:initial!important;display:block!important;position:fixed!important;top:0!important;left:0!important;width:0!important;height:0!important;
z-index:2147483000!important;color-scheme:inherit!important;contain:none!important}
:host([data-embedded]){position:relative!important;width:100%!important;height:100%!important;min-height:480px!important;z-index:auto!important;top:auto!important;left:auto!important}
:host([hidden]){display:none!important}
[hidden]{display:none!important}
*,*::before,*::after{box-sizing:border-box}
.root{${tokens((light) => light)}font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
color:var(--ink);position:fixed;top:0;left:0;right:0;bottom:0;padding:20px;display:flex;flex-direction:column;justify-content:flex-end;align-items:flex-end;gap:14px;
pointer-events:none;-webkit-text-size-adjust:100%;font-variant-numeric:tabular-nums;letter-spacing:normal;text-align:start}
@supports (color:light-dark(#000,#fff)){.root{${tokens((light, dark) => `light-dark(${light},${dark})`)}}}
.root[data-theme=light]{color-scheme:light;${tokens((light) => light)}}
.root[data-theme=dark]{color-scheme:dark;${tokens((_, dark) => dark)}}
.root.embedded{position:absolute;padding:0}
/* Chinese and English read from left to right in a mirrored page too */
.root[dir=rtl]{text-align:right}[dir=rtl] .note{text-align:right}[dir=rtl] *:not(input):not(textarea):not(select){unicode-bidi:plaintext}.bars{direction:ltr}
h2,p,ul,dl,dd{margin:0;padding:0}ul{list-style:none}
h2{font-size:16px;font-weight:600}.minor{font-size:12px;color:var(--soft);letter-spacing:.02em}
.soft{color:var(--soft);font-weight:400}.strong{font-weight:600}.bad{color:var(--bad)}.centre{text-align:center;justify-content:center}
.clip{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.grow{flex:1;min-width:0}
.spoken{position:absolute!important;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;padding:0;border:0}
button,input,select,textarea{font:inherit;color:inherit;letter-spacing:inherit;margin:0}
button{-webkit-tap-highlight-color:transparent;cursor:pointer;background:none;border:0;padding:0;text-align:inherit}
button:focus,input:focus,select:focus,textarea:focus,[tabindex]:focus,a:focus{outline:2px solid var(--accent);outline-offset:2px}
button:focus:not(:focus-visible),[tabindex]:focus:not(:focus-visible),a:focus:not(:focus-visible){outline:none}
button:disabled{opacity:.45;cursor:default}
svg{width:20px;height:20px;display:block;flex:none}
svg.solid{fill:currentColor}svg.line{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
svg.i-pause{stroke-width:3}svg.i-keypad,svg.i-more{stroke-width:3.2}svg.i-hangUp,svg.i-answer{width:22px;height:22px}
[dir=rtl] svg.directed{transform:scaleX(-1)}
`;

const CONTROLS = `
.round{flex:none;width:40px;height:40px;border-radius:50%;display:grid;place-items:center;background:var(--sunken);color:var(--ink);transition:background .12s}
.round:hover:not(:disabled){background:color-mix(in srgb,var(--sunken),var(--ink) 9%)}
.round[aria-pressed=true]:not(:disabled),.round[aria-expanded=true]:not(:disabled),.round.primary,.round.primary:hover:not(:disabled){background:var(--accent);color:var(--onaccent)}
.round.mute[aria-pressed=true]:not(:disabled),.round.hold[aria-pressed=true]:not(:disabled){background:var(--warnface);color:var(--warn);box-shadow:inset 0 0 0 1.5px currentColor}
.round.stop,.round.stop:hover:not(:disabled){background:var(--stop);color:#fff}
.round.call{background:none;color:var(--goink)}
.round.small{width:34px;height:34px;background:none;color:var(--soft)}.round.small:hover:not(:disabled){background:var(--sunken);color:var(--ink)}
.round.small[aria-pressed=true]:not(:disabled),.round.small[aria-expanded=true]:not(:disabled){background:var(--tint);color:var(--accent)}
.round.small.bad{color:var(--bad)}
.button{min-height:34px;padding:0 14px;border-radius:17px;display:inline-flex;align-items:center;justify-content:center;gap:7px;font-weight:600;white-space:nowrap;
background:var(--sunken);color:var(--ink);transition:background .12s}
.button:hover:not(:disabled){background:color-mix(in srgb,var(--sunken),var(--ink) 9%)}
a.button{text-decoration:none}.button svg{width:18px;height:18px}
.button.primary{background:var(--accent);color:var(--onaccent)}.button.primary:hover:not(:disabled){background:color-mix(in srgb,var(--accent),var(--ink) 12%)}
.button.go,.button.go:hover:not(:disabled){background:var(--go);color:#fff}.button.stop,.button.danger,.button.stop:hover:not(:disabled),.button.danger:hover:not(:disabled){background:var(--stop);color:#fff}
.button.go:hover:not(:disabled),.button.stop:hover:not(:disabled),.button.danger:hover:not(:disabled){filter:brightness(1.08)}
.button.wide{flex:1;min-height:42px;border-radius:21px}
.buttons{display:flex;gap:8px;flex-wrap:wrap}
.link{color:var(--accent);font-weight:600;text-decoration:underline;text-underline-offset:2px}
.face{position:relative;flex:none;width:38px;height:38px;border-radius:50%;display:grid;place-items:center;background:var(--tint);color:var(--accent);font-weight:600;font-size:13px}
.face img{position:absolute;top:0;left:0;width:100%;height:100%;border-radius:50%;object-fit:cover}
.face .dot{position:absolute;inset-inline-end:-2px;bottom:-1px;box-shadow:0 0 0 2px var(--face)}
.dot{flex:none;width:11px;height:11px;border-radius:50%;background:var(--face);border:2.5px solid var(--edge);position:relative}
.dot[data-status=free]{background:var(--free);border-color:var(--free)}
.dot[data-status=busy]{background:var(--busy);border-color:var(--busy)}
.dot[data-status=busy]::after,.dot[data-status=notReady]::after{content:"";position:absolute;left:0;right:0;top:calc(50% - 1px);height:2px;background:#fff;border-radius:1px}
.dot[data-status=notReady]{background:var(--away);border-color:var(--away)}
.dot[data-status=rest]{border-color:var(--away);background:linear-gradient(90deg,var(--away) 50%,var(--face) 50%)}
.dot[data-status=arrange],.dot[data-status=afterCallWork]{border-color:var(--work)}
.badge{min-width:18px;height:18px;border-radius:9px;padding:0 5px;background:var(--stop);color:#fff;font-size:11px;font-weight:700;line-height:18px;text-align:center;display:inline-block;position:relative}
.note{display:flex;flex-wrap:wrap;gap:9px;align-items:center;width:100%;padding:9px 12px;border-radius:10px;background:var(--warnface);color:var(--warn);font-size:13px;text-align:start;pointer-events:auto}
.note.empty{display:none}.note>span{flex:1 1 150px}.note .button{background:none;box-shadow:inset 0 0 0 1.5px currentColor;color:inherit;min-height:28px;padding:0 10px}
button.note{cursor:pointer}
.field{display:flex;align-items:center;gap:8px;border:1px solid var(--edge);border-radius:10px;padding:0 11px;min-height:38px;color:var(--soft);background:var(--face)}
.field:focus-within{border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.field input{flex:1;min-width:0;border:0;background:none;color:var(--ink);min-height:36px;padding:0}.field input:focus{outline:none}
.field svg{width:17px;height:17px}
::placeholder{color:var(--soft);opacity:1}
input::-webkit-search-cancel-button{-webkit-appearance:none}
select{min-height:36px;border:1px solid var(--edge);border-radius:10px;padding:0 9px;background:var(--face);max-width:100%;min-width:0}
.choice{display:flex;align-items:center;gap:14px;min-height:44px}.choice>span{flex:1;min-width:0}.choice select,.choice meter{flex:none;width:56%}
.switch{display:flex;align-items:center;gap:14px;width:100%;min-height:44px}.switch .label{flex:1}
.switch i{width:40px;height:22px;border-radius:11px;background:var(--edge);position:relative;transition:background .12s}
.switch i::after{content:"";position:absolute;top:3px;inset-inline-start:3px;width:16px;height:16px;border-radius:50%;background:#fff;transition:transform .12s}
.switch[aria-checked=true] i{background:var(--accent)}.switch[aria-checked=true] i::after{transform:translateX(18px)}
[dir=rtl] .switch[aria-checked=true] i::after{transform:translateX(-18px)}
.tabs{display:flex;gap:2px;background:var(--sunken);border-radius:10px;padding:3px}
.tabs button{flex:1;min-height:30px;border-radius:8px;text-align:center;font-weight:600;color:var(--soft)}
.tabs button[aria-selected=true]{background:var(--raised);color:var(--ink);box-shadow:0 1px 2px var(--shade)}
.keys{display:grid;grid-template-columns:repeat(3,1fr);gap:6px}
.keys:focus{outline:none}
.keys button{min-height:46px;border-radius:10px;background:var(--sunken);text-align:center;font-size:18px;line-height:1.15;font-weight:500}
.keys button:hover{background:color-mix(in srgb,var(--sunken),var(--ink) 9%)}.keys button:active{background:var(--accent);color:var(--onaccent)}
.keys small{display:block;font-size:10px;line-height:11px;min-height:11px;letter-spacing:.1em;color:var(--soft)}.keys button:active small{color:inherit}
.nothing{display:flex;flex-direction:column;align-items:center;justify-content:center;gap:6px;padding:28px 20px;text-align:center;color:var(--soft);min-height:120px}
.nothing svg{width:30px;height:30px;opacity:.7}.nothing .strong{color:var(--ink)}
.inset{background:var(--sunken);border-radius:12px;padding:12px;margin-top:12px;display:flex;flex-direction:column;gap:10px}
.inset:focus{outline:none}.inset .keys button,.inset .tabs,.inset .button:not(.primary):not(.danger){background:var(--raised)}.inset .tabs button[aria-selected=true]{background:var(--tint);color:var(--accent);box-shadow:none}
.inset .keys button:active{background:var(--accent)}
.stack{display:flex;flex-direction:column;gap:10px}
.line{display:flex;align-items:center;gap:10px}
meter{height:12px}
`;

const BAR = `
.bar{display:flex;flex-direction:column;gap:12px;width:404px;max-width:calc(100vw - 8px);max-height:100%;overflow-y:auto;padding:20px 28px 34px;margin:-20px -28px -34px;scrollbar-width:thin}
.bar:empty{display:none}
.card{flex:none;pointer-events:auto;width:100%;background:var(--face);border:1px solid var(--line);border-radius:16px;padding:14px;position:relative;overflow:hidden;
box-shadow:0 1px 2px var(--shade),0 10px 28px var(--shade);animation:rise .18s ease-out}
.bar>.note{box-shadow:0 1px 2px var(--shade),0 6px 18px var(--shade)}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
.card.ringing{border-color:var(--go);box-shadow:0 0 0 1px var(--go),0 10px 28px var(--shade)}
.card.held{border-color:var(--held)}.card.over{opacity:1}.card.arrange{border-color:var(--work)}
.card:focus{outline:none}.card:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.head{display:flex;align-items:center;gap:11px}
.ringing .face{background:var(--go);color:#fff;animation:ring 1.2s infinite}
@keyframes ring{50%{box-shadow:0 0 0 6px color-mix(in srgb,var(--go),transparent 78%)}}
.who{flex:1;min-width:0}
.title{font-size:15px;font-weight:600;overflow:hidden;text-overflow:ellipsis;display:block}
.card .title{font-size:16px;overflow-wrap:anywhere}
.state,.sub{color:var(--soft);overflow-wrap:anywhere}.state b{font-weight:600;color:var(--ink)}
.held .state>span:first-child{color:var(--held);font-weight:600}
.bars{flex:none;width:22px;height:16px;display:flex;align-items:flex-end;gap:2px}
.bars i{flex:1;border-radius:1px;background:var(--line)}
.bars i:nth-child(1){height:30%}.bars i:nth-child(2){height:53%}.bars i:nth-child(3){height:76%}.bars i:nth-child(4){height:100%}
.bars[data-level="4"] i,.bars[data-level="3"] i:nth-child(-n+3){background:var(--free)}
.bars[data-level="2"] i:nth-child(-n+2){background:var(--away)}.bars[data-level="1"] i:nth-child(1){background:var(--busy)}
.card .note{margin-top:10px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin-top:14px;align-items:center}
.actions .stop:last-child:not(.wide){margin-inline-start:auto;width:52px;border-radius:20px}
.fuse{position:absolute;top:0;left:0;width:100%;height:3px;-webkit-appearance:none;appearance:none;border:0;background:none;color:var(--go)}
.fuse::-webkit-progress-bar{background:none}.fuse::-webkit-progress-value{background:var(--go);transition:width 1s linear}.fuse::-moz-progress-bar{background:var(--go)}
.sent{font-size:17px;letter-spacing:.12em;text-align:center;overflow-wrap:anywhere;min-height:24px}
.picks{display:flex;flex-direction:column;max-height:188px;overflow-y:auto;margin:-3px -4px;padding:3px 4px;scrollbar-width:thin}
.pick{display:flex;flex-wrap:wrap;align-items:center;gap:0 9px;min-height:38px;padding:0 9px;border-radius:9px;cursor:pointer}
.pick:hover{background:var(--raised)}.pick:focus-within{outline:2px solid var(--accent)}
.pick .grow{flex:1 0 36%}.pick .small{flex:none;font-size:13px}.pick input{flex:none;width:16px;height:16px;accent-color:var(--accent);margin:0}.pick input:focus{outline:none}
.floatPart{display:contents}
.float{pointer-events:auto;position:relative;width:54px;height:54px;border-radius:50%;display:grid;place-items:center;background:var(--face);color:var(--ink);border:1px solid var(--line);
box-shadow:0 1px 2px var(--shade),0 8px 24px var(--shade);flex:none}
.float:hover{background:var(--sunken)}.float svg{width:25px;height:25px}
.float .dot{position:absolute;inset-inline-end:0;bottom:2px;width:15px;height:15px;box-shadow:0 0 0 2px var(--face)}
.float .badge{position:absolute;inset-inline-end:-3px;top:-4px}
.float.rings{border-color:var(--go)}
@media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important;transition:none!important}}
@media (forced-colors:active){.round,.button,.card,.bench,.keys button,.float,.pick,.item{border:1px solid}.dot,.bars i,.badge{forced-color-adjust:none}}
@media (max-width:480px){.root:not(.embedded){padding:10px}.bar{padding:12px 10px 18px;margin:-12px -10px -18px;max-width:100vw}.bar .card{box-shadow:0 1px 2px var(--shade),0 3px 8px var(--shade)}}
@media print{:host{display:none!important}}
`;

export const STYLE = FRAME + CONTROLS + BAR + PANES;
