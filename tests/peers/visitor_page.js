/** visitor_page.js: a visitor in a browser tab: the methods of dist/tccc-visitor.js, and the events that it saw. Layer: tests. */
import { DEADLINE_MS } from './process.js';

const EVENTS = ['queued', 'joined', 'callOuted', 'progress', 'calloutAccepted', 'held', 'sessionEnded', 'videoMuted', 'videoCodec', 'videoStreams', 'warning', 'micError', 'mediaPath'];

export class VisitorPage {
  constructor(tab) { this.tab = tab; }

  async open(url, channel) {
    await this.tab.goto(url);
    await this.tab.evaluate(async ([id, names]) => {
      window.visitor = await tcccVisitor.connect({ channel: id, nickname: 'Ann', remember: false });
      for (const name of names) visitor.on(name, (payload) => note(name, payload));
    }, [channel, EVENTS]);
  }

  async next(name) {
    const found = await this.tab.evaluate(([wanted, limit]) => window.nextEvent(wanted, limit), [name, DEADLINE_MS]);
    if (!found) throw this.tab.failure(`no event ${name}; log: ${JSON.stringify(await this.tab.evaluate(() => window.log))}`);
    return found.fields;
  }

  call(method, options) {
    return this.tab.evaluate(async ([name, args]) => {
      try {
        return await visitor[name](args);
      } catch (error) {
        throw new Error(`${name}: ${error.code} ${error.message}`);
      }
    }, [method, options]);
  }
}
