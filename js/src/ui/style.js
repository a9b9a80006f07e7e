/** style.js: the call bar's look. Layer: ui. It follows the page's own color-scheme, so a light page gets a light bar. */

const LIGHT = '--face:#ffffff;--sunken:#f3f5f8;--line:#dde2e9;--ink:#161b22;--soft:#57606c;--accent:#1763d6;--onaccent:#fff;'
  + '--go:#127a43;--stop:#c62a2f;--warn:#8a5300;--warnface:#fff5df;--shadow:0 1px 2px #1018281f,0 8px 24px #10182830;';
const DARK = '--face:light-dark(#ffffff,#1d232c);--sunken:light-dark(#f3f5f8,#2a323d);--line:light-dark(#dde2e9,#3a4452);'
  + '--ink:light-dark(#161b22,#f0f3f7);--soft:light-dark(#57606c,#a9b4c2);--accent:light-dark(#1763d6,#6ea8ff);'
  + '--onaccent:light-dark(#fff,#0d1520);--go:light-dark(#127a43,#1f8f52);--stop:light-dark(#c62a2f,#d5383d);'
  + '--warn:light-dark(#8a5300,#ffcf7a);--warnface:light-dark(#fff5df,#3a2f17);'
  + '--shadow:0 1px 2px light-dark(#1018281f,#0008),0 8px 24px light-dark(#10182830,#000a);';

export const STYLE = `
:host{all:initial;color-scheme:inherit;${LIGHT}font:14px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC",
"Microsoft YaHei","Noto Sans CJK SC",sans-serif;position:fixed;right:20px;bottom:20px;z-index:2147483000;display:flex;
flex-direction:column;align-items:flex-end;gap:12px;width:332px;max-width:calc(100vw - 24px);color:var(--ink);pointer-events:none}
@supports (color:light-dark(#000,#fff)){:host{${DARK}}}
:host([hidden]),[hidden]{display:none!important}
:host(.embedded){position:static;width:100%;max-width:none;align-items:stretch}
*{box-sizing:border-box}
.cards{display:flex;flex-direction:column;gap:12px;width:100%}
/* many calls scroll; the margin leaves their shadows room */
.bar{max-height:calc(100vh - 92px);overflow-y:auto;padding:20px 28px 36px;margin:-20px -28px -36px;width:calc(100% + 56px);scrollbar-width:thin}
.card,.panel{flex:none;pointer-events:auto;width:100%;background:var(--face);border:1px solid var(--line);border-radius:14px;
box-shadow:var(--shadow);padding:16px;animation:rise .18s ease-out}
@keyframes rise{from{opacity:0;transform:translateY(8px)}}
.head{display:flex;align-items:flex-start;gap:12px}
.who{flex:1;min-width:0}
.title{font-size:17px;font-weight:600;letter-spacing:.01em;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.sub,.state{color:var(--soft);font-variant-numeric:tabular-nums}
.state b{font-weight:600;color:var(--ink)}
.bars{flex:none;width:24px;height:18px;margin-top:4px;display:flex;align-items:flex-end;gap:2px}
.bars i{flex:1;border-radius:1px;background:var(--line)}
.bars i:nth-child(1){height:30%}.bars i:nth-child(2){height:53%}.bars i:nth-child(3){height:76%}.bars i:nth-child(4){height:100%}
.bars[data-level="4"] i,.bars[data-level="3"] i:nth-child(-n+3){background:var(--go)}
.bars[data-level="2"] i:nth-child(-n+2){background:#c98500}
.bars[data-level="1"] i:nth-child(1){background:var(--stop)}
.note{margin-top:10px;padding:8px 10px;border-radius:8px;background:var(--warnface);color:var(--warn);font-size:13px}
button.note{display:block;width:100%;border:0;font:inherit;font-size:13px;text-align:start;cursor:pointer;pointer-events:auto}
.actions{display:flex;gap:10px;margin-top:16px;align-items:center}
.actions .stop:last-child{margin-inline-start:auto}
.ringing .actions{justify-content:stretch}
button{font:inherit;color:inherit;-webkit-tap-highlight-color:transparent}
button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
button:disabled{opacity:.45;cursor:default}
.round{flex:none;width:44px;height:44px;border-radius:50%;border:0;padding:0;display:grid;place-items:center;cursor:pointer;
background:var(--sunken);color:var(--ink)}
.round:hover:not(:disabled){filter:brightness(.95)}
.round[aria-pressed=true]{background:var(--accent);color:var(--onaccent)}
.round.stop,.wide.stop{background:var(--stop);color:#fff}
.round.small{width:32px;height:32px;background:none;color:var(--soft);margin:-4px -6px 0 0}
.wide{flex:1;min-height:44px;border:0;border-radius:22px;display:flex;align-items:center;justify-content:center;gap:8px;
font-weight:600;cursor:pointer;color:#fff}
.wide.go,.go{background:var(--go);color:#fff}
.wide:hover:not(:disabled){filter:brightness(1.08)}
svg{width:22px;height:22px;display:block}
svg.solid{fill:currentColor}
svg.line{fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
svg.pause{stroke-width:3}svg.keypad{stroke-width:3.2}
.keys{display:grid;grid-template-columns:repeat(3,1fr);gap:6px;margin-top:12px}
.keys button{min-height:40px;border:0;border-radius:10px;background:var(--sunken);font-size:18px;cursor:pointer;
font-variant-numeric:tabular-nums}
.keys button:hover{filter:brightness(.95)}.keys button:active{background:var(--accent);color:var(--onaccent)}
.sent:empty{display:none}
.sent{margin-top:12px;font-size:17px;letter-spacing:.12em;text-align:center;overflow-wrap:anywhere}
.row{display:flex;gap:8px;margin-top:12px}
input,select{font:inherit;color:inherit;background:var(--sunken);border:1px solid var(--line);border-radius:10px;min-height:40px;
padding:0 12px;min-width:0;width:100%}
label{display:block;color:var(--soft);font-size:12px}
label>select{margin-top:4px;font-size:14px;color:var(--ink)}
.float{pointer-events:auto;position:relative;width:52px;height:52px;box-shadow:var(--shadow);background:var(--face);
border:1px solid var(--line)}
.float .dot{position:absolute;right:1px;bottom:1px;width:14px;height:14px;border-radius:50%;border:2px solid var(--face);
background:#8b95a3}
.dot[data-status=free]{background:#22a45d!important}.dot[data-status=busy],.dot[data-status=arrange]{background:#d5383d!important}
.dot[data-status=notReady],.dot[data-status=rest]{background:#d99a00!important}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.ringing .title::before{content:"";display:inline-block;width:10px;height:10px;border-radius:50%;background:var(--go);
margin-inline-end:8px;animation:pulse 1.1s infinite}
@keyframes pulse{50%{opacity:.25}}
@media (prefers-reduced-motion:reduce){*{animation:none!important}}
@media (forced-colors:active){.round,.wide,.card,.panel,.keys button{border:1px solid}}
@media (max-width:480px){:host(:not(.embedded)){right:12px;bottom:12px}}
`;
