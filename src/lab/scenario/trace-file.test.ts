import { expect } from 'chai';
import { DELAYS, FREQUENCIES, parseTrace } from './trace-file.js';

describe('a trace', () => {
  const valuesOf = (text: string, column = 1, format = DELAYS) => [
    ...(parseTrace(text, 'x.csv', column, format).values ?? []),
  ];

  it('is one number a line, in seconds, after headers and comments', () => {
    expect(valuesOf('# recorded somewhere\ndelay_s\n0.500000000\n\n1.25e-1\n')).to.deep.equal([0.5e9, 0.125e9]);
    expect(valuesOf('-3.3e-5\n2e-6', 1, FREQUENCIES)).to.deep.equal([-3.3e-5, 2e-6]);
  });

  it('has columns between commas, semicolons or blanks', () => {
    expect(valuesOf('t,up,down\n1,0.25,0.5\n2, 0.125 ,0.5\n', 2)).to.deep.equal([0.25e9, 0.125e9]);
    expect(valuesOf('1;0.25;0.5\r\n', 3)).to.deep.equal([0.5e9]);
    expect(valuesOf('  1 0.25\t0.5\n', 3)).to.deep.equal([0.5e9]);
  });

  it('is refused with the line of its first fault', () => {
    const faultOf = (text: string, column = 1) => parseTrace(text, 'x.csv', column, DELAYS).fault;
    expect(faultOf('0.1\nfast\n')).to.equal('x.csv:2: "fast" in column 1 is no delay in seconds from 0 to 1000');
    expect(faultOf('0.1\n-0.1\n')).to.contain('x.csv:2: "-0.1"');
    expect(faultOf('1795219200 0.1\n')).to.contain('x.csv:1: "1795219200"');
    expect(faultOf('0.1,0.2\n0.1\n', 2)).to.equal('x.csv:2: there is no column 2');
    expect(faultOf('0.1,\n', 2)).to.contain('x.csv:1: ""');
    expect(faultOf('# nothing\ndelay\n')).to.equal('x.csv has no numbers');
  });
});
