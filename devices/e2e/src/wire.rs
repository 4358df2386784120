use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A port that passes everything on to another one, until it is cut.
pub struct Wire {
    shared: Arc<Shared>,
    /// On the loopback interface.
    pub port: u16,
}

struct Shared {
    to: AtomicU16,
    cut: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// To a port of the loopback interface.
    ///
    /// # Panics
    ///
    /// When no port is free.
    pub fn new(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared =
            Arc::new(Shared { to: AtomicU16::new(to), cut: AtomicBool::new(false), open: Mutex::default() });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // What cannot be reached is closed, as a refused connection looks from outside.
                let _ = own.join(stream);
            }
        });
        Self { shared, port }
    }

    /// Where new connections go from now on.
    pub fn lead_to(&self, port: u16) {
        self.shared.to.store(port, Ordering::SeqCst);
    }

    /// Cuts every connection and takes no new one, or mends that.
    ///
    /// # Panics
    ///
    /// When a thread of the wire panicked.
    pub fn cut(&self, cut: bool) {
        self.shared.cut.store(cut, Ordering::SeqCst);
        if cut {
            for stream in self.shared.open.lock().unwrap().drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Shared {
    fn join(&self, near: TcpStream) -> io::Result<()> {
        if self.cut.load(Ordering::SeqCst) {
            return Ok(());
        }
        let far = TcpStream::connect(("127.0.0.1", self.to.load(Ordering::SeqCst)))?;
        let mut open = self.open.lock().map_err(|_| io::ErrorKind::Other)?;
        open.extend([near.try_clone()?, far.try_clone()?]);
        for (mut from, mut to) in [(near.try_clone()?, far.try_clone()?), (far, near)] {
            thread::spawn(move || {
                let mut bytes = [0; 4_096];
                while let Ok(len @ 1..) = from.read(&mut bytes) {
                    if to.write_all(&bytes[..len]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Both);
                let _ = from.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }
}
