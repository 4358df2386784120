use obd_core::can::BusError;
use obd_core::can::slcan::Port;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, channel};

/// A serial line whose reader is a thread, because the core never waits.
pub(crate) struct Line {
    incoming: Receiver<Vec<u8>>,
    bytes: VecDeque<u8>,
    output: Box<dyn Write>,
}

impl Line {
    pub(crate) fn open(place: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let (input, output): (Box<dyn Read + Send>, Box<dyn Write>) = if place.starts_with('/') {
            let file: File = OpenOptions::new().read(true).write(true).open(place)?;
            let mut settings = tcgetattr(&file)?;
            settings.make_raw();
            tcsetattr(&file, OptionalActions::Now, &settings)?;
            (Box::new(file.try_clone()?), Box::new(file))
        } else {
            let stream = TcpStream::connect(place)?;
            stream.set_nodelay(true)?;
            (Box::new(stream.try_clone()?), Box::new(stream))
        };
        let (sender, incoming) = channel();
        std::thread::spawn(move || forward(input, &sender));
        Ok(Self { incoming, bytes: VecDeque::new(), output })
    }
}

fn forward(mut input: Box<dyn Read + Send>, sender: &std::sync::mpsc::Sender<Vec<u8>>) {
    let mut buffer = [0; 1_024];
    while let Ok(len @ 1..) = input.read(&mut buffer) {
        if sender.send(buffer[..len].to_vec()).is_err() {
            return;
        }
    }
}

impl Port for Line {
    fn read(&mut self) -> Option<u8> {
        if self.bytes.is_empty()
            && let Ok(bytes) = self.incoming.try_recv()
        {
            self.bytes.extend(bytes);
        }
        self.bytes.pop_front()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BusError> {
        self.output.write_all(bytes).and_then(|()| self.output.flush()).map_err(|_| BusError::Gone)
    }
}
