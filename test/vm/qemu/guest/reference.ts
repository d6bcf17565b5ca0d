/** Runs in the guest: an NTP server that gives the time of the machine itself. Prints its port. */
import { Bench } from '../../../bench.js';
import { startNtpStub } from '../../../ntp-stub.js';

process.stdout.write(`${await startNtpStub(new Bench(), 0n)}\n`);
