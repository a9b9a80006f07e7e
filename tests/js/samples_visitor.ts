/** samples_visitor.ts: a customer's page as docs/chat.md and docs/video.md write it; compiled, never run. Layer: tests. */
import type { Visitor } from '../../js/types/tccc-visitor.js';

export async function talk(): Promise<Visitor> {
  const visitor = await tcccVisitor.connect({ channel: 'shop', nickname: 'Ann', clientData: 'order 7' });
  visitor.on('message', ({ from, text, options }) => console.log(from, text, options?.map(({ key }) => key)));
  visitor.on('videoStreams', ({ sessionId }) => visitor.getStreams({ sessionId })?.remote.getTracks());
  const { sessionId } = await visitor.startChat({ remark: 'about order 7' });
  const { seq } = await visitor.send({ text: 'Hello' });
  await visitor.send({ file: new Blob(['x']) });
  await visitor.send('short');
  await visitor.read({ seq });
  const { messages, more } = await visitor.history({ beforeSeq: seq, limit: 50 });
  console.log(messages.length, more, sessionId, window.tcccVisitor === tcccVisitor);
  await visitor.end();
  await visitor.rate({ score: 5 });
  return visitor;
}

// @ts-expect-error the channel is required
tcccVisitor.connect({ nickname: 'Ann' });
// @ts-expect-error there is no such event
talk().then((visitor) => visitor.on('ready', () => {}));
