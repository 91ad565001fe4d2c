"""An online payment: payable? → start → (hints, poll) → verify → close or review; link: sent by mail."""
