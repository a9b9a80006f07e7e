/** day_agent.js: an agent of the test day, who takes calls in ways that a seed decides. Layer: tests. */

/** A small generator (mulberry32), so that a seed gives the same day again. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const later = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export class DayAgent {
  constructor(seat, { random, groups, others }) {
    Object.assign(this, { seat, random, groups, others, at: 0, running: new Set(), served: [], faults: [], done: false });
    this.moved = new Set(); // sessions that ended for this agent and may have gone on for others
    this.work = this.run().catch((error) => this.faults.push(error.stack));
  }

  between(from, to) { return from + (to - from) * this.random(); }

  /** Reads events in order; a fault is told when the day is over. */
  async run() {
    while (!this.done) {
      const event = await this.seat.until(() => this.done || this.seat.events[this.at], `event ${this.at}`, 240000);
      if (this.done) return;
      this.at += 1;
      this.take(event);
    }
  }

  take({ e, d }) {
    const { sessionId } = d;
    if (e === 'callIn') {
      if (this.running.size > 0) this.faults.push(`${this.seat.userId} is offered ${sessionId} while ${[...this.running]} runs`);
      this.running.add(sessionId);
      this.soon(() => this.decide(sessionId));
    }
    if (e === 'userAccessed') {
      this.served.push(sessionId);
      this.soon(() => this.serve(sessionId));
    }
    if (e === 'autoTransfer') this.running.delete(sessionId);
    if (e === 'sessionEnded') {
      this.running.delete(sessionId);
      this.soon(() => this.tidy(sessionId));
    }
    if (e === 'statusChanged' && d.status === 'rest') this.soon(() => this.rest());
  }

  /** What an agent does may come too late for the session, which is no fault. */
  soon(deed) {
    deed().catch((error) => {
      if (!['STATE', 'NOT_FOUND', 'AGENT_BUSY', 'AGENT_OFFLINE', 'COLLEAGUE_BUSY', 'COLLEAGUE_OFFLINE', 'CONNECTION_LOST'].includes(error.code)) this.faults.push(error.stack);
    });
  }

  async decide(sessionId) {
    const mood = this.random();
    await later(this.between(20, 250));
    if (mood < 0.06) return; // lets it ring
    const rejects = mood < 0.12;
    if (rejects) this.moved.add(sessionId);
    await this.seat.ask(rejects ? 'call.reject' : 'call.accept', { sessionId });
  }

  async serve(sessionId) {
    const mood = this.random();
    await later(this.between(150, 700));
    if (mood < 0.1) {
      await this.seat.ask('call.hold', { sessionId });
      await later(this.between(50, 200));
      await this.seat.ask('call.unhold', { sessionId });
    }
    if (mood > 0.94) return void await this.transfer(sessionId, { skillGroupId: this.any(this.groups) });
    if (mood > 0.9) return void await this.transfer(sessionId, { userId: this.any(this.others) });
    if (mood > 0.7) await later(2500); // the customer may be the one who ends it
    await this.seat.ask('call.hangup', { sessionId });
  }

  any(list) { return list[Math.floor(this.random() * list.length)]; }

  async transfer(sessionId, target) {
    this.moved.add(sessionId);
    await this.seat.ask('call.transfer', { sessionId, ...target });
  }

  async tidy(sessionId) {
    await this.seat.ask('call.delete', { sessionId });
    const mood = this.random();
    if (mood < 0.4) await this.seat.ask('agent.status', { status: 'free' });
    else if (mood < 0.48) await this.seat.ask('agent.status', { status: 'rest', restReason: 'meal' });
    else if (mood < 0.52) {
      await this.seat.ask('agent.offline');
      await later(this.between(100, 400));
      await this.seat.ask('agent.online');
    }
  }

  async rest() {
    await later(this.between(200, 600));
    await this.seat.ask('agent.status', { status: 'free' });
  }

  async stop() {
    this.done = true;
    this.seat.emit('change');
    await this.work;
  }
}
