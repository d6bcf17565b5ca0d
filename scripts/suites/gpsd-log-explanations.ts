/** Why a log's times or fixes differ from those of gpsd, by the log's name. */
export const EXPLANATIONS: Readonly<Record<string, string>> = {
  'gp-320fw-2019-04-07-coldboot':
    'the receiver restarts with the date 1999-08-22, but one sentence arrives without a date: gpsd gives it the day from before the restart',
  'ublox-aek-4t':
    'gpsd makes UTC of the first NAV-SOL with the leap seconds of its own table; here it waits until the receiver has stated them',
  'ublox-lea-4t':
    'gpsd makes UTC of the first NAV-SOL with the leap seconds of its own table; here it waits until the receiver has stated them',
  'ublox-neo-m8l':
    'gpsd also reads HNR-PVT, positions between the epochs; here the epochs themselves are read, and all agree',
  'ublox-neo-m8u-hnr':
    'gpsd also reads HNR-PVT, positions between the epochs; here the epoch itself is read, and agrees',
  'ublox-zed-f9p_hpg1.11': 'gpsd has no expected records of this log',
};
