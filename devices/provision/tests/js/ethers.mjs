// ethers, which obd-core-tests installs.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../obd-core-tests/ethers/package.json', import.meta.url));
export const ethers = require('ethers');
