<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>Ads</name>
    <message numerus="yes">
        <source>%n ad(s)</source>
        <translation>
            <numerusform>%n ad</numerusform>
            <numerusform>%n ads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message numerus="yes">
        <source>%n round(s)</source>
        <translation>
            <numerusform>%n round</numerusform>
            <numerusform>%n rounds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>judged by %n shop(s)</source>
        <translation>
            <numerusform>judged by %n shop</numerusform>
            <numerusform>judged by %n shops</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message numerus="yes">
        <source>%n round(s) wait for your yes.</source>
        <translation>
            <numerusform>%n round waits for your yes.</numerusform>
            <numerusform>%n rounds wait for your yes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) wait for your approval.</source>
        <translation>
            <numerusform>%n ad waits for your approval.</numerusform>
            <numerusform>%n ads wait for your approval.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n week(s) a bar from %1 on; no rate below %2 impressions.</source>
        <translation>
            <numerusform>%n week a bar from %1 on; no rate below %2 impressions.</numerusform>
            <numerusform>%n weeks a bar from %1 on; no rate below %2 impressions.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PersonCard</name>
    <message numerus="yes">
        <source>%n answer(s) that left this computer may have used these rows. They were noised first and cannot be taken back.</source>
        <translation>
            <numerusform>%n answer that left this computer may have used these rows. It was noised first and cannot be taken back.</numerusform>
            <numerusform>%n answers that left this computer may have used these rows. They were noised first and cannot be taken back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RefusedSets</name>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>%n left out</numerusform>
            <numerusform>%n left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were repaired and imported.</source>
        <translation>
            <numerusform>%n row was repaired and imported.</numerusform>
            <numerusform>%n rows were repaired and imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShopData</name>
    <message numerus="yes">
        <source>%n row(s) were set aside. Everything else was imported.</source>
        <translation>
            <numerusform>%n row was set aside. Everything else was imported.</numerusform>
            <numerusform>%n rows were set aside. Everything else was imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SignedCard</name>
    <message numerus="yes">
        <source>%n newer entry(ies)</source>
        <translation>
            <numerusform>%n newer entry</numerusform>
            <numerusform>%n newer entries</numerusform>
        </translation>
    </message>
</context>
</TS>
