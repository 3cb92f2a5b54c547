"""Words that people at work use for the same thing. One line is one meaning; a word may stand in several."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from .normalise import stem, words

MEANINGS = """
abroad, overseas, foreign country, another country, other country, outside the country
access, permission, permissions, rights, authorisation, authorization
account, profile, user
add, connect, install, setup
address, moved house, moving house, relocated
admin, administrator, local admin, elevated
app, application, program, programme, software, tool
approval, approve, approved, sign off, accept, confirm
arrive, receive, received, delivered, come through, get through
authenticator, mfa, 2fa, otp, two factor, multi factor, second factor, verification, token, authentication
badge, access card, key card, pass, entry card, id card, swipe card, door card
bill, invoice
black, blank, dark, no picture, no signal, no image
block, blocked, restricted, forbidden, denied, refused, not allowed, rejected
boss, manager, supervisor, line manager, team lead, superior
break, broken, broke, defective, faulty, damaged, cracked, smashed, shattered, kaputt
browser, chrome, edge, firefox, safari
cable, ethernet, lan, wired, network cable, wire
calendar, diary, appointments, schedule
call, phone call, dial, ring
call, meeting, video call, conference, teams meeting, zoom
camera, webcam, video
cancel, withdraw, revoke, undo, take back, retract, unsend, recall
car, vehicle, drive, parking, garage
chair, seat, office chair
change, edit, update, modify, amend, correct, adjust
charge, charging, charger, power adapter, power supply, battery, plugged
child, baby, maternity, paternity, parental, pregnant, newborn, birth, adoption
claim, reimburse, reimbursement, refund, money back, expenses, expense, paid myself, out of pocket
coffee, lunch, food, catering, sandwiches, snacks, drinks
cold, warm, hot, freezing, temperature, heating, air conditioning, aircon, boiling, thermostat
colleague, coworker, teammate, team member
colour, color, coloured
company, corporate, business, work
computer, laptop, pc, notebook, macbook, machine, desktop, device
confidential, sensitive, secret, private
contractor, freelancer, consultant, external, intern, temp, temporary worker, student
course, training, class, workshop, certification, seminar, learning
credit card, company card, corporate card, business card payment
damage, spill, spilled, spilt, coffee on, water on, wet, liquid
days off, holiday, vacation, annual leave, pto, time off, leave, day off
dead, die, bereavement, funeral, passed away, death
delete, deleted, remove, removed, erase, erased, gone, disappeared, vanished
desk, workplace, workstation, hot desk, seat
disconnect, drop, drops, dropping, cuts out, kicked out, lose connection, losing connection
docking, dock, docking station, port replicator
document, file, pdf, paper
email, mail, message, outlook
employee, staff, worker, colleague
encrypt, encrypted, secure, protected
expire, expired, expires, run out, ran out, outdated
exit, quit, leave, resign, resignation, notice, offboarding, last day, leaving, farewell
external, outside, partner, customer, client, supplier, vendor
fire, alarm, evacuation, evacuate
folder, share, shared drive, network drive, directory, drive
forget, forgot, forgotten, remember, remembered, recall
forward, redirect, divert, reroute, transfer
freeze, hang, hangs, frozen, crash, crashes, stuck, unresponsive, not responding, stops responding
friend, refer, referral, recommend, candidate, job opening, vacancy
full, no space, out of space, storage, quota, disk space
guest, visitor, client visit, external person
headset, headphones, earphones, earbuds, airpods
hire, new joiner, new starter, newcomer, new employee, onboarding, new hire, new colleague, joins, first day
home, remote, remotely, home office, wfh, telework
hours, flexible, part time, full time, working time, schedule
hurt, injured, injury, accident, first aid, ambulance, bleeding
ill, sick, unwell, flu, sickness, illness, sick note, doctor, feeling bad, fever
internet, network, online, connection, wifi, wlan, wireless
keyboard, key, keys, layout, typing, type
large, big, huge, size, too large
letter, certificate, confirmation, proof, reference
licence, license, licensed, activation, activated, subscription, product key
link, clicked, phishing, scam, suspicious, fraud, fake, dodgy, spoof
list, distribution list, mailing list, group, mail group
lock, locked, unlock, lockout, locked out
locker, cabinet, storage, wardrobe
login, password, credentials, passcode, passphrase, pin
lose, lost, missing, misplaced, stolen, theft, left behind, cannot find, robbed
mac, macos, apple, macbook
microphone, mic, audio, sound, hear, speaker, volume, mute, silent
monitor, screen, display, second screen, projector, tv
mouse, trackpad, touchpad, cursor, pointer
move, transfer, switch, migrate
name, surname, last name, married, display name
notification, notifications, alert, alerts, popup, pop up, ping, pings, noise
number, extension, phone number
onedrive, cloud, sync, syncing, synchronise
open, start, launch, load, boot, turn on, switch on, power on
order, buy, purchase, request, need, get
overtime, extra hours, additional hours, worked late, weekend work
package, parcel, courier, delivery, shipment, post
pay, salary, wage, wages, payroll, paycheck, payslip, pay slip, money, paid
pension, retirement, 401k, superannuation
phone, mobile, smartphone, iphone, android, cell, cellphone, handset
print, printer, printing, copier, printout
recovery, bitlocker, blue screen, bsod
repair, fix, maintenance, leak, leaking, light, toilet, lift, elevator, facilities
reset, renew, new password
restart, reboot, shut down, switch off
restore, recover, get back, bring back, undelete
return, hand in, give back, hand back, send back
room, meeting room, conference room, boardroom
reserve, book, booking, reservation
scan, scanner, scanning
signature, sign, esign, docusign, footer
share, sharing, present, presenting, show
sim, esim, sim card
slow, sluggish, laggy, lag, lagging, takes forever, takes ages, crawling, choppy
spam, junk, unwanted, newsletter, newsletters
stress, burnout, overwhelmed, depressed, conflict, bullying, harassment, mental, counselling, counseling, struggling
taxi, train, flight, hotel, trip, travel, journey
tax, annual statement, tax return
toner, ink, cartridge
trace, virus, malware, antivirus, infected, ransomware, trojan
unexpected, not me, did not request, was not me, random
usb, stick, flash drive, thumb drive, pen drive, external drive, memory stick
version, previous version, earlier version, overwritten, overwrote, history
voicemail, answering machine, mailbox greeting, voice message
vpn, tunnel, anyconnect, globalprotect
website, web page, web site, site, page
wedding, marriage, married, getting married
wrong, incorrect, mistake, error, invalid, not right
"""
"""Meanings, each with its words and phrases separated by commas."""

Meanings = Mapping[tuple[str, ...], tuple[str, ...]]
"""For the stems of a word or phrase, the signs of its meanings."""


def read_meanings(table: str = MEANINGS) -> Meanings:
    """The lines of such a table by the stems of every word and phrase in it."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for line in filter(None, map(str.strip, table.splitlines())):
        terms = [tuple(stem(word) for word in words(term)) for term in line.split(",")]
        for term in dict.fromkeys(terms):
            found[term].append("=" + "+".join(terms[0]))
    return {term: tuple(signs) for term, signs in found.items()}


def signs(stemmed: Sequence[str], meanings: Meanings) -> list[str]:
    """The signs of the meanings of these words and of the phrases of two or three words among them."""
    return [
        sign
        for size in (1, 2, 3)
        for start in range(len(stemmed) - size + 1)
        for sign in meanings.get(tuple(stemmed[start : start + size]), ())
    ]
