/**
 * Serves the dashboard of a fake hub, for work on the page:
 * `node dist/plugins/observability/testing/serve.js [address] [socket]`, ended by Ctrl-C.
 */
import sink from '../sink.js';
import { FakeContext } from './fake-context.js';
import { FakeHub } from './fake-hub.js';

const [listen = '127.0.0.1:11180', socket = 'none'] = process.argv.slice(2);
const hub = new FakeHub();
const fake = new FakeContext(hub);
const checked = await sink.config['~standard'].validate({ socket, listen });
if (checked.issues !== undefined) throw new Error(checked.issues.map(({ message }) => message).join('; '));

const running = sink.create(checked.value, fake.asContext());
await running.start();
for (let second = 0; second < 3600; second++) {
  hub.advance();
  await fake.fire(1e9);
}
fake.goLive();
const live = setInterval(() => {
  hub.advance();
  fake.publish();
}, 1000);
process.once('SIGINT', () => {
  clearInterval(live);
  void running.stop().then(() => process.exit(0));
});
console.log(fake.health.at(-1)?.reason);
