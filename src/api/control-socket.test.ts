import { expect } from 'chai';
import { socketCandidates, socketChoices } from './control-socket.js';

describe('the path of the control socket', () => {
  it('is for a client first that of its own hub, then the system one', () => {
    expect(socketCandidates({ runtimeDirectory: '/run/user/1000', uid: 1000 })).to.deep.equal([
      '/run/user/1000/timehub.sock',
      '/run/timehub/timehub.sock',
      '/tmp/timehub-1000/timehub.sock',
    ]);
  });

  it('is for a hub first the system one, and always one that a client tries', () => {
    for (const runtimeDirectory of ['/run/user/0', undefined]) {
      const place = { runtimeDirectory, uid: 0 };
      expect(socketChoices(place)[0]).to.equal('/run/timehub/timehub.sock');
      expect([...socketChoices(place)].sort()).to.deep.equal([...socketCandidates(place)].sort());
    }
  });
});
