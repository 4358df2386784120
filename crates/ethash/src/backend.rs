use std::fmt;

/// The instructions that hashing may use. All give the same results; they differ in speed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Backend {
    /// Portable code; the only one off x86-64.
    Scalar,
    /// x86-64 with AVX2, BMI1 and BMI2.
    Avx2,
    /// x86-64 with AVX-512 F, DQ and VL, and all of [`Backend::Avx2`].
    Avx512,
}

impl Backend {
    /// Every backend, the slowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// The fastest one that this machine has.
    pub fn best() -> Self {
        Usable::best().get()
    }

    /// Whether this machine has the instructions.
    pub fn is_available(self) -> bool {
        self.usable().is_some()
    }

    pub(crate) fn usable(self) -> Option<Usable> {
        detected(self).then_some(Usable(self))
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
        })
    }
}

/// A backend that was found on this machine: the proof that its kernels may be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Usable(Backend);

impl Usable {
    pub(crate) fn best() -> Self {
        [Backend::Avx512, Backend::Avx2]
            .into_iter()
            .find_map(Backend::usable)
            .unwrap_or(Self(Backend::Scalar))
    }

    #[inline(always)]
    pub(crate) fn get(self) -> Backend {
        self.0
    }
}

#[cfg(target_arch = "x86_64")]
fn detected(backend: Backend) -> bool {
    let avx2 = || {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
    };
    let avx512 = || {
        is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
    };
    match backend {
        Backend::Scalar => true,
        Backend::Avx2 => avx2(),
        Backend::Avx512 => avx2() && avx512(),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected(backend: Backend) -> bool {
    backend == Backend::Scalar
}
