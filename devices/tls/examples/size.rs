//! What TLS adds to an image for the bare chip: everything from the handshake to the last byte, over a socket
//! that gives nothing. It is measured, not run.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod image {
    use core::convert::Infallible;
    use core::future::Future;
    use core::hint::black_box;
    use core::pin::pin;
    use core::task::{Context, Waker};
    use device_tls::{Records, TlsError, open};
    use embedded_io_async::{ErrorType, Read, Write};

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {}
    }

    // SAFETY: the linker's entry point, defined once.
    #[unsafe(no_mangle)]
    extern "C" fn _start() -> ! {
        let mut records = Records::new();
        loop {
            let mut talk = pin!(talk(&mut records));
            let _ = black_box(talk.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        }
    }

    async fn talk(records: &mut Records) -> Result<usize, TlsError> {
        let mut bytes = black_box([0; 64]);
        let mut link = open(Nothing, black_box("host"), black_box(&[0; 64]), Nothing, records).await?;
        link.write(&bytes).await?;
        link.flush().await?;
        link.read(&mut bytes).await
    }

    struct Nothing;

    impl ErrorType for Nothing {
        type Error = Infallible;
    }

    impl Read for Nothing {
        async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
            Ok(black_box(bytes.len()))
        }
    }

    impl Write for Nothing {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
            Ok(black_box(bytes.len()))
        }

        async fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    impl rand_core::RngCore for Nothing {
        fn next_u32(&mut self) -> u32 {
            black_box(1)
        }

        fn next_u64(&mut self) -> u64 {
            black_box(1)
        }

        fn fill_bytes(&mut self, bytes: &mut [u8]) {
            black_box(bytes);
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
            self.fill_bytes(bytes);
            Ok(())
        }
    }

    impl rand_core::CryptoRng for Nothing {}
}

/// On the host there is nothing to do.
#[cfg(not(target_os = "none"))]
fn main() {}
