"""Prescriptions on their way to Reseptformidleren, and what pharmacies have handed out on its way back."""
