# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

"""A registrar's day by pyepp. Arguments: port, account, password; the certificates lie in the present folder."""

import sys
from datetime import date, datetime

from pyepp import (
    Contact, ContactData, Domain, DomainData, DSRecordData, EppCommunicator, Host, HostData, IPAddressData, Poll, PostalInfoData, AddressData,
)

port, account, password = sys.argv[1], sys.argv[2], sys.argv[3]


def is_(found, expected):
    assert found == expected, (found, expected)


def code(answer, expected):
    assert int(answer.code) == expected, answer
    return answer


epp = EppCommunicator(server="localhost", port=port, client_cert="client.pem", client_key="client.key")
greeting = epp.connect()
assert b"urn:ietf:params:xml:ns:domain-1.0" in greeting, greeting
extensions = ["rgp-1.0"]
code(epp.login(account, password, extensions), 1000)
assert b"greeting" in epp.hello()

domain, contact, host, poll = Domain(epp), Contact(epp), Host(epp), Poll(epp)

checked = code(domain.check(["abcdef.com", "reserved.com"], "FS-CHECK-1"), 1000)
is_(checked.result_data["abcdef.com"]["avail"], True)
is_(checked.result_data["reserved.com"], {"avail": False, "reason": "Reserved by the registry"})
is_(checked.client_transaction_id, "FS-CHECK-1")

address = AddressData(street_1="1 Example Street", city="Exampleton", country_code="CH", postal_code="8000")
person = ContactData(id="sh8015", email="three@operations.example", postal_info=PostalInfoData(name="Sinkhole Three", address=address, type="int"))
person.password = "secret-2009"
code(contact.create(person), 1000)
is_(code(contact.info("sh8015"), 1000).result_data.postal_info.address.city, "Exampleton")

ds = DSRecordData(key_tag=12345, algorithm=13, digest_type=2, digest="AB" * 32)
name = DomainData(
    domain_name="abcdef.com", registrant="sh8015", admin="sh8015", tech="sh8015", billing="sh8015", period=1,
    host=["ns1.sinkhole.example", "ns2.sinkhole.example"], dns_sec=ds, password="secret-2009",
)
code(domain.create(name), 1000)
code(domain.create(name), 2302)
info = code(domain.info("abcdef.com"), 1000).result_data
is_((info.sponsoring_client_id, info.status, info.expiry_date), (account, ["ok"], "2027-11-23T00:00:00Z"))
is_(info.host, ["ns1.sinkhole.example", "ns2.sinkhole.example"])
is_(info.dns_sec[0].digest, "AB" * 32)
code(domain.info("nobody.com"), 2303)
code(domain.update("abcdef.com", add_statuses=[("clientHold", "")], remove_hosts=["ns2.sinkhole.example"]), 1000)
info = code(domain.info("abcdef.com"), 1000).result_data
is_((info.host, info.status), (["ns1.sinkhole.example"], ["clientHold"]))
code(domain.renew("abcdef.com", date(2027, 11, 23), 1), 1000)
code(domain.renew("abcdef.com", date(2027, 11, 23), 1), 2004)

code(host.check(["ns1.abcdef.com"]), 1000)
code(host.create(HostData(host_name="ns1.abcdef.com", address=[IPAddressData(address="192.0.2.1", ip="v4")])), 1000)
is_(code(host.info("ns1.abcdef.com"), 1000).result_data.address[0].address, "192.0.2.1")
code(domain.delete("abcdef.com"), 2305)
code(host.delete("ns1.abcdef.com"), 1000)

first = code(poll.request(), 1301)
is_(first.result_data.messages[0].message, "Welcome.")
code(poll.acknowledge(first.result_data.message_id), 1000)
second = code(poll.request(), 1301)
code(poll.acknowledge(second.result_data.message_id), 1000)
code(poll.request(), 1300)

code(domain.delete("abcdef.com"), 1000)
code(contact.delete("sh8015"), 1000)

# What is deleted later can be restored; then a report is due.
code(domain.delete("old.com"), 1001)
code(domain.restore("old.com"), 1000)
deleted, restored = datetime(2026, 11, 23), datetime(2026, 11, 24)
code(domain.restore_report("old.com", "before", "after", deleted, restored, "A mistake", "It is true.", "So it is."), 1000)
is_(code(domain.info("old.com"), 1000).result_data.status, ["inactive"])

code(domain.transfer("wanted.com", "guess-2009"), 2202)
code(domain.transfer("wanted.com", "secret-2009", 1), 1001)
code(epp.logout(), 1500)
epp.disconnect()
print("all was as expected")
