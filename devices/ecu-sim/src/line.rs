use crate::args::Error;
use ecu_sim::Car;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where the tester is.
#[derive(Clone, Debug)]
pub(crate) enum Port {
    Stdio,
    Tcp(String),
    Pty,
}

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    Bytes(Vec<u8>),
    /// A line on standard input.
    Command(String),
    /// The tester is gone.
    Closed,
}

type Writer = Arc<Mutex<Option<Box<dyn Write + Send>>>>;

/// The line to the tester. Threads read, so that nothing waits for a tester that is silent.
pub(crate) struct Line {
    incoming: Receiver<Incoming>,
    writer: Writer,
    /// Keeps the terminal alive while no tester has opened it.
    _slave: Option<File>,
}

impl Line {
    pub(crate) fn open(port: &Port) -> Result<Self, Error> {
        let (sender, incoming) = channel();
        let writer = Writer::default();
        let mut slave = None;
        match port {
            Port::Stdio => {
                set_writer(&writer, Some(Box::new(std::io::stdout())));
                std::thread::spawn(move || read(std::io::stdin(), &sender));
                return Ok(Self { incoming, writer, _slave: None });
            }
            Port::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                announce(&listener.local_addr()?.to_string())?;
                let (sender, writer) = (sender.clone(), writer.clone());
                std::thread::spawn(move || serve(&listener, &sender, &writer));
            }
            Port::Pty => {
                let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
                grantpt(&master)?;
                unlockpt(&master)?;
                let path = ptsname(&master, Vec::new())?.into_string()?;
                let file = OpenOptions::new().read(true).write(true).open(&path)?;
                let mut settings = tcgetattr(&file)?;
                settings.make_raw();
                tcsetattr(&file, OptionalActions::Now, &settings)?;
                slave = Some(file);
                let master = File::from(master);
                set_writer(&writer, Some(Box::new(master.try_clone()?)));
                announce(&path)?;
                let sender = sender.clone();
                std::thread::spawn(move || read(master, &sender));
            }
        }
        std::thread::spawn(move || {
            for text in std::io::stdin().lock().lines().map_while(Result::ok) {
                if sender.send(Incoming::Command(text)).is_err() {
                    return;
                }
            }
        });
        Ok(Self { incoming, writer, _slave: slave })
    }

    /// What comes in within `time`.
    pub(crate) fn wait(&self, time: Duration) -> Option<Incoming> {
        self.incoming.recv_timeout(time).ok()
    }

    /// Sends to the tester, if there is one.
    pub(crate) fn send(&self, bytes: &[u8]) {
        let Ok(mut writer) = self.writer.lock() else { return };
        let Some(line) = writer.as_mut().filter(|_| !bytes.is_empty()) else { return };
        if line.write_all(bytes).and_then(|()| line.flush()).is_err() {
            *writer = None;
        }
    }
}

/// The parameters of every unit, as the bytes that answer a request for them.
pub(crate) fn values(car: &Car) -> serde_json::Value {
    let units = car.units.iter().map(|unit| {
        let parameters = unit.parameters.iter().map(|(pid, bytes)| {
            let bytes: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            (format!("{pid:02x}"), serde_json::Value::from(bytes))
        });
        (format!("{:02x}", unit.number), serde_json::Value::Object(parameters.collect()))
    });
    serde_json::Value::Object(units.collect())
}

fn announce(place: &str) -> Result<(), Error> {
    let mut out = std::io::stdout();
    writeln!(out, "{place}")?;
    Ok(out.flush()?)
}

fn set_writer(writer: &Writer, line: Option<Box<dyn Write + Send>>) {
    if let Ok(mut writer) = writer.lock() {
        *writer = line;
    }
}

fn serve(listener: &TcpListener, sender: &Sender<Incoming>, writer: &Writer) {
    for stream in listener.incoming().filter_map(Result::ok) {
        let Ok(output) = stream.set_nodelay(true).and_then(|()| stream.try_clone()) else { continue };
        set_writer(writer, Some(Box::new(output) as Box<dyn Write + Send>));
        read::<TcpStream>(stream, sender);
        set_writer(writer, None);
    }
}

/// Passes on what comes until the end, and that it is the end.
fn read<R: Read>(mut from: R, sender: &Sender<Incoming>) {
    let mut buffer = [0; 1_024];
    while let Ok(len) = from.read(&mut buffer) {
        if len == 0 || sender.send(Incoming::Bytes(buffer[..len].to_vec())).is_err() {
            break;
        }
    }
    // Nobody listens any more when the program ends.
    let _ = sender.send(Incoming::Closed);
}
