/** style_panes.js: the look of the workbench and its panes. Layer: ui. */

export const PANES = `
.bench{pointer-events:auto;background:var(--face);border:1px solid var(--line);border-radius:16px;box-shadow:0 2px 6px var(--shade),0 18px 50px var(--shade);
display:flex;flex-direction:column;overflow:hidden;width:384px;max-width:100%;height:620px;max-height:100%;position:relative}
.bench:focus{outline:none}
.bench.wide{width:980px;height:660px}
.embedded .bench{position:absolute;top:0;left:0;width:100%;height:100%;border-radius:0;border:0;box-shadow:none}
.top{display:flex;align-items:center;gap:6px;padding:8px 10px;border-bottom:1px solid var(--line);flex:none;min-height:54px}
.statusPart{position:relative}
.status{display:flex;align-items:center;gap:9px;min-height:38px;padding:0 11px;border-radius:19px;font-weight:600}
.status:hover,.status[aria-expanded=true]{background:var(--sunken)}.status svg{width:16px;height:16px;color:var(--soft)}.status .time{color:var(--work);font-weight:700}
.menu{position:absolute;top:calc(100% + 4px);inset-inline-start:0;z-index:5;min-width:228px;max-height:360px;overflow:auto;background:var(--raised);border:1px solid var(--line);border-radius:12px;
box-shadow:0 8px 28px var(--shade);padding:5px;display:flex;flex-direction:column}
.menu button{display:flex;align-items:center;gap:10px;min-height:38px;padding:0 10px;border-radius:8px}
.menu button:hover,.menu button:focus{background:var(--sunken)}.menu button:focus{outline-offset:-2px}.menu svg{width:17px;height:17px;color:var(--accent)}
.strip{display:flex;align-items:center;gap:10px;padding:8px 14px;background:var(--sunken);border-bottom:1px solid var(--line);flex:none}
.strip .button:not(.primary){background:var(--raised)}
.bench>.note{border-radius:0;flex:none}
.docked{flex:none;display:flex;flex-direction:column;gap:8px;padding:10px;border-bottom:1px solid var(--line);background:var(--sunken);max-height:62%;overflow-y:auto;scrollbar-width:thin}
.docked .card{box-shadow:none;animation:none;border-radius:12px;padding:10px 12px;overflow:visible}
.docked .fuse{left:12px;width:calc(100% - 24px)}
.docked .card.ringing{box-shadow:0 0 0 1px var(--go)}
.wide .docked .card{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px}
.wide .docked .card .head{flex:1;min-width:220px}.wide .docked .card .actions{margin-top:0;flex:none}.wide .docked .card .wide{flex:none;min-height:40px;padding:0 22px}
.wide .docked .state,.wide .docked .sub{display:inline}.wide .docked .sub{margin-inline-start:10px}
.wide .docked .card .inset,.wide .docked .card .note{flex:1 0 100%;margin-top:8px}.wide .docked .keys{max-width:300px}
.body{flex:1;min-height:0;display:flex}
.compact .body{flex-direction:column-reverse}
.rail{flex:none;display:flex;background:var(--face)}
.wide .rail{flex-direction:column;width:92px;padding:8px 6px;gap:2px;border-inline-end:1px solid var(--line)}
.compact .rail{border-top:1px solid var(--line);padding:4px 3px}
.rail button{position:relative;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:3px;min-height:52px;padding:4px 2px;border-radius:10px;color:var(--soft);font-size:11px;font-weight:600;text-align:center;line-height:1.2}
.compact .rail button{flex:1 1 auto;min-width:0;padding:4px 1px;font-size:10.5px}.wide .rail .settings{margin-top:auto}
.rail button:hover{background:var(--sunken);color:var(--ink)}.rail button[aria-current]{color:var(--accent);background:var(--tint)}
.rail .label{overflow-wrap:anywhere}
.rail .badge{position:absolute;top:3px;inset-inline-end:calc(50% - 22px)}
.pane{flex:1;min-width:0;min-height:0;display:flex;flex-direction:column;position:relative}
.wide .pane.sessions{flex-direction:row}
.list{flex:1;min-height:0;overflow-y:auto;padding:8px;scrollbar-width:thin}.list:focus{outline:none}
.wide .pane.sessions .list{flex:none;width:270px;border-inline-end:1px solid var(--line)}
.wide .pane.sessions .list:only-child{flex:1;width:auto;border:0}
.item{display:flex;align-items:center;gap:11px;width:100%;min-height:58px;padding:7px 9px;border-radius:11px}
.item:hover{background:var(--sunken)}.item[aria-current]{background:var(--tint)}.item[aria-current] .face{background-color:var(--face)}
.item .title,.item .clip{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.item.ended .title{color:var(--soft);font-weight:500}
.item.ringingIn{box-shadow:inset 0 0 0 1.5px var(--go)}
.item[aria-current] .soft,.item[aria-current].ended .title{color:var(--ink)}
.side{display:flex;flex-direction:column;align-items:flex-end;gap:4px;flex:none}
.side .time{font-size:12px}
.detail{flex:1;min-width:0;min-height:0;display:flex;flex-direction:column;position:relative}.detail:focus{outline:none}
.detail>.note,.pane>.note{border-radius:0;flex:none}.detail>.inset{margin:10px 14px;flex:none}
.detail>.nothing{flex:1}
.paneHead{display:flex;align-items:center;gap:8px;padding:10px 14px;border-bottom:1px solid var(--line);flex:none;min-height:62px}
.scroll{flex:1;min-height:0;overflow-y:auto;scrollbar-width:thin}
.padded{padding:14px 16px}
.detail .scroll{padding:6px 16px 16px}
.facts>div{display:flex;gap:14px;padding:8px 0;border-bottom:1px solid var(--line)}.facts>div:last-child{border:0}
dt{flex:none;width:124px;color:var(--soft)}dd{flex:1;min-width:0;overflow-wrap:anywhere}
code{font:12px/1.5 ui-monospace,Consolas,monospace;color:var(--soft)}
.transcript{padding:10px 0;border-bottom:1px solid var(--line)}.transcript [role=log]{max-height:220px;overflow-y:auto;margin-top:6px}.transcript p{padding:2px 0}.transcript b{color:var(--accent);font-weight:600}
.detail>.transcript{padding:8px 14px 0;flex:none;border:0}.detail>.transcript [role=log]{max-height:96px}
.chat{flex:1;min-height:0;display:flex;flex-direction:column}
.messages{flex:1;min-height:0;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:10px;scrollbar-width:thin}
.messages:focus{outline-offset:-3px}
.message{max-width:78%;align-self:flex-start}.message.seat{align-self:flex-end}.message.system{align-self:center;max-width:90%;text-align:center;color:var(--soft);font-size:13px}
.words{background:var(--sunken);border-radius:14px;border-end-start-radius:4px;padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
.seat .words{background:var(--tint);border-radius:14px;border-end-end-radius:4px}.system .words{background:none;padding:0;white-space:normal}
.choices{display:flex;flex-wrap:wrap;justify-content:center;gap:5px;margin-top:6px}.choices li{display:flex;align-items:center;gap:4px;border:1px solid var(--line);border-radius:12px;padding:2px 10px;overflow-wrap:anywhere}
.choices .taken{border-color:var(--accent);background:var(--tint);color:var(--ink);font-weight:600}.choices svg{width:14px;height:14px;color:var(--accent)}
.message.sending .words,.message.sending .file{opacity:.75}
.mark{font-size:12px;color:var(--soft);margin-top:3px;padding:0 4px}.seat .mark{text-align:end}[dir=rtl] .seat .mark{text-align:left}
.mark .link{font-size:12px}.words .link{font-weight:inherit}
.day{align-self:center;font-size:12px;color:var(--soft)}.earlier{align-self:center}
.picture img{display:block;max-width:240px;max-height:200px;border-radius:12px;background:var(--sunken)}
.file{display:flex;align-items:center;gap:9px;background:var(--sunken);border-radius:12px;padding:10px 12px;color:inherit;max-width:280px}
.writing{display:flex;align-items:center;gap:3px}.writing i{width:5px;height:5px;border-radius:50%;background:var(--soft);animation:blink 1s infinite}
.writing i:nth-child(2){animation-delay:.15s}.writing i:nth-child(3){animation-delay:.3s;margin-inline-end:6px}@keyframes blink{50%{opacity:.2}}
.composer{display:flex;align-items:flex-end;gap:6px;padding:10px 12px;border-top:1px solid var(--line);flex:none}
.composer textarea{flex:1;min-width:0;min-height:40px;max-height:140px;resize:none;border:1px solid var(--edge);border-radius:12px;padding:9px 12px;background:var(--face);field-sizing:content;line-height:20px}
.composer textarea:focus{border-color:var(--accent);outline:none;box-shadow:0 0 0 1px var(--accent)}
.composer .small{margin-bottom:3px}
.chat>.centre{padding:12px;border-top:1px solid var(--line)}
.pictures{flex:1;min-height:0;position:relative;background:#0d1117;display:grid;place-items:center;overflow:hidden}
.pictures .theirs{width:100%;height:100%;object-fit:contain}
.pictures .own{position:absolute;inset-inline-end:12px;bottom:12px;width:26%;max-width:190px;border-radius:10px;box-shadow:0 2px 10px #0008;background:#000;transform:scaleX(-1)}
.pictures p{color:#e9edf2;padding:0 16px;text-align:center}.peerMuted{position:absolute;top:10px;background:#000a;border-radius:14px;padding:4px 12px}
.detail>.actions{margin:0;padding:12px;flex:none}.detail>.actions .stop:last-child{margin-inline-start:8px}
.dialPane{padding:18px;display:flex;flex-direction:column;gap:20px}
.wide .dialPane{flex-direction:row;gap:40px;padding:26px 32px}
.dialer{display:flex;flex-direction:column;gap:12px;width:100%;max-width:320px;margin:0 auto;flex:none}.wide .dialer{margin:0}
.dialer .button.wide{flex:none}
.dialLine{display:flex;align-items:center;border-bottom:1.5px solid var(--edge)}.dialLine:focus-within{border-color:var(--accent);box-shadow:0 1px 0 var(--accent)}
.dialled{flex:1;min-width:0;border:0;background:none;font-size:22px;min-height:46px;text-align:center;letter-spacing:.02em}.dialled:focus{outline:none}
.dialled::placeholder{font-size:15px;letter-spacing:0}
.recent{flex:1;min-width:0}.recent ul{margin-top:6px}
.recent .item{min-height:50px}
.tools{display:flex;gap:8px;padding:10px 14px;border-bottom:1px solid var(--line);flex:none}.tools .field{flex:1;min-width:0}.tools select{flex:none;max-width:40%}
.compact .tools{flex-direction:column}.compact .tools select{max-width:100%}.compact .tools .field{flex:none}
.rest{padding:12px}
.row{display:flex;align-items:center;gap:11px;padding:8px 14px;min-height:58px}.row+.row{border-top:1px solid var(--line)}
.row .title,.row .clip{display:block}
.running{flex-direction:column;align-items:stretch;gap:4px}@media (min-width:820px){.wide .running{flex-flow:wrap;align-items:center}.wide .running>.line:first-child{flex:1 1 320px}.wide .running>.tools{flex:none}.wide .running>.inset,.wide .running>.transcript{flex:1 0 100%;margin-top:4px}}
.running.mine{background:var(--tint)}
.running.mine .soft{color:var(--ink)}
.running .tools{padding:0;border:0;flex-flow:wrap;align-items:center;gap:6px}.running .live{flex:1 0 auto}.tool{min-height:32px;background:none;box-shadow:inset 0 0 0 1px var(--line)}.tool.bad{color:var(--bad)}.tool[aria-pressed=true]:not(:disabled){background:var(--accent);color:var(--onaccent)}
.compact .tool{width:36px;padding:0;border-radius:50%;min-height:36px}.compact .tool .label{display:none}
.live{color:var(--bad);font-weight:600}.live::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:currentColor;margin-inline-end:7px}
.settingsPane{display:flex;flex-direction:column;gap:22px}.wide .settingsPane{padding:22px 30px;max-width:640px}
.checks{margin:4px 0 12px}.checks li{display:flex;align-items:center;gap:11px;padding:8px 0;border-bottom:1px solid var(--line)}.checks .soft{display:block;font-size:13px}
.checks .strong{display:block}.passed svg,.passed .verdict{color:var(--goink)}.failed svg,.failed .verdict{color:var(--bad)}.doubtful svg,.doubtful .verdict{color:var(--warn)}
.wrap{flex-wrap:wrap;padding:6px 0}.wrap .grow{flex:1 1 220px}.choice input[type=range]{flex:none;width:56%;accent-color:var(--accent)}
.verdict{font-weight:600}
`;
