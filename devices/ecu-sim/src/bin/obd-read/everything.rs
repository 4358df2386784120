use crate::describe::{hex, names, value};
use crate::line::Line;
use crate::{Error, since};
use obd_core::can::slcan::Slcan;
use obd_core::can::{Bitrate, Guard};
use obd_core::obd::CodeList;
use obd_core::obd::{Addressing, Ecu, InfoType, Pid, Request, Supported, Vin};
use obd_core::poll::{Exchange, Step};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every parameter that any unit has, every trouble code and the VIN, each asked once.
pub(crate) fn read(bus: Slcan<Line>) -> Result<(), Error> {
    let mut asker =
        Asker { guard: Guard::new(bus), exchange: Exchange::new(), start: std::time::Instant::now() };
    asker.guard.try_talking(since(asker.start)?, Bitrate::Kbit500).map_err(|silence| silence.to_string())?;
    asker.guard.trust();

    let mut units: BTreeMap<Ecu, Supported> = BTreeMap::new();
    let mut next = Some(0);
    while let Some(page) = next {
        let answers = asker.ask(Request::Current(Pid(page)))?;
        let more = answers.iter().map(|(ecu, bits)| units.entry(*ecu).or_default().insert(page, bits));
        next = more.fold(None, Option::or);
    }
    for pid in (0..=u8::MAX).filter(|pid| pid & 0x1f != 0).map(Pid) {
        if units.values().any(|supported| supported.has(pid.0)) {
            for (ecu, bytes) in asker.ask(Request::Current(pid))? {
                let number = pid.quantity().and_then(|quantity| quantity.decode(&bytes));
                let number = number.map(|number| value(pid, number));
                let pid = format!("{:02x}", pid.0);
                println!(
                    "{}",
                    json!({"ecu": ecu.number(), "pid": pid, "bytes": hex(&bytes), "value": number})
                );
            }
        }
    }
    let codes = [Request::ConfirmedCodes, Request::PendingCodes, Request::PermanentCodes];
    for request in codes {
        for (ecu, bytes) in asker.ask(request)? {
            let list = CodeList::from_answer(request, &bytes).map(|list| names(&list));
            println!("{}", json!({"ecu": ecu.number(), "service": request.service(), "codes": list}));
        }
    }
    for (ecu, bytes) in asker.ask(Request::Info(InfoType::VIN))? {
        let vin = Vin::from_answer(&bytes).map(|vin| vin.to_string());
        println!("{}", json!({"ecu": ecu.number(), "vin": vin}));
    }
    Ok(())
}

struct Asker {
    guard: Guard<Slcan<Line>>,
    exchange: Exchange,
    start: std::time::Instant,
}

impl Asker {
    /// A busy host may keep the car waiting: what nobody answers is asked again for a while.
    fn ask(&mut self, request: Request) -> Result<Vec<(Ecu, Vec<u8>)>, Error> {
        let begun = std::time::Instant::now();
        loop {
            let answers = self.ask_once(request)?;
            if !answers.is_empty() || begun.elapsed() > PATIENCE {
                return Ok(answers);
            }
        }
    }

    fn ask_once(&mut self, request: Request) -> Result<Vec<(Ecu, Vec<u8>)>, Error> {
        let mut answers = Vec::new();
        let now = since(self.start)?;
        let frame = self.exchange.start(now, request, Addressing::Standard, 0);
        self.guard.transmit(now, &frame)?;
        loop {
            let now = since(self.start)?;
            while let Some(frame) = self.guard.receive() {
                match self.exchange.on_frame(now, &frame) {
                    Step::Nothing => {}
                    Step::Send(control) => self.guard.transmit(now, &control)?,
                    Step::Data(ecu, data) => answers.push((ecu, data.to_vec())),
                }
            }
            if let Some(silence) = self.guard.check(now) {
                return Err(silence.to_string().into());
            }
            if let Some(outcome) = self.exchange.on_time(now) {
                if outcome.failed > 0 {
                    eprintln!("obd-read: {request:?}: {} answers broke off", outcome.failed);
                }
                return Ok(answers);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
