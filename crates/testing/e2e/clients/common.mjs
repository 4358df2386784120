// What the scripts share.

/** Receives coins in these tests. */
export const recipient = '0x00000000000000000000000000000000000000aa';

/** AUC, the ERC-20 face of the native coin, and the call that wraps. */
export const wrapper = '0x4155430000000000000000000000000000000001';
export const depositCall = '0xd0e30db0';

/** Creation code of a contract that answers every call with 42. */
export const answerCode = '0x600a600c600039600a6000f3602a60005260206000f3';

/** Ends the script after some seconds, so that a node that does not answer fails a test instead of hanging it. */
export function deadline(seconds) {
  setTimeout(() => {
    console.error(`no end within ${seconds} s`);
    process.exit(1);
  }, seconds * 1000).unref();
}
